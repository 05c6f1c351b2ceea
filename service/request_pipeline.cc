#include "service/request_pipeline.h"

#include <algorithm>
#include <array>
#include <exception>
#include <random>

#include "circuitbreaker/detail/random.h"

namespace service {
namespace {

constexpr std::string_view kRequestId = "X-Request-Id";

/// Whether the id is printable and short enough to be copied into logs and headers.
bool is_sane_id(std::string_view id) {
  constexpr std::size_t kLongest = 64;
  return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':' || c == '+' || c == '/' || c == '=';
  });
}

std::string hexadecimal(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

std::uint64_t random_start() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

HttpResponse internal_error(Log& log, const std::string& id, std::string_view what) {
  log.error("a handler threw an exception", {{"request_id", id}, {"error", what}});
  return problem_response(
      {.code = ProblemCode::internal, .detail = "An unexpected error occurred. It was logged."});
}

void stamp(HttpResponse& response, const std::string& id, std::string_view pattern) {
  response.route = pattern;
  response.headers.emplace_back(kRequestId, id);
}

/// Adds request id and route to a pending response and turns an exception into a 500.
class StampedPending final : public PendingResponse {
 public:
  StampedPending(std::unique_ptr<PendingResponse> inner, std::string id, std::string_view pattern,
                 Log& log)
      : inner_(std::move(inner)), id_(std::move(id)), pattern_(pattern), log_(log) {}

  void when_ready(std::function<void()> on_ready) override {
    inner_->when_ready(std::move(on_ready));
  }

  HttpResponse take() override {
    HttpResponse response;
    try {
      response = inner_->take();
    } catch (const std::exception& error) {
      response = internal_error(log_, id_, error.what());
    }
    stamp(response, id_, pattern_);
    return response;
  }

 private:
  std::unique_ptr<PendingResponse> inner_;
  std::string id_;
  std::string_view pattern_;
  Log& log_;
};

}  // namespace

RequestPipeline::RequestPipeline(const Router& router, HttpMetrics& metrics, Log& log,
                                 bool access_log)
    : router_(router),
      metrics_(metrics),
      log_(log),
      access_log_(access_log),
      next_id_(random_start()) {}

HandlerResult RequestPipeline::handle(const HttpRequest& request) {
  std::string id = request_id(request.header(kRequestId));
  std::string_view pattern = kUnmatchedRoute;
  HandlerResult result;
  try {
    Routed routed = router_.dispatch(request);
    pattern = routed.pattern;
    result = std::move(routed.result);
  } catch (const std::exception& error) {
    result = internal_error(log_, id, error.what());
  }
  if (auto* response = std::get_if<HttpResponse>(&result)) {
    stamp(*response, id, pattern);
    return result;
  }
  if (auto* streamed = std::get_if<StreamedResponse>(&result)) {
    stamp(streamed->head, id, pattern);
    return result;
  }
  auto& pending = std::get<std::unique_ptr<PendingResponse>>(result);
  return std::make_unique<StampedPending>(std::move(pending), std::move(id), pattern, log_);
}

HttpResponse RequestPipeline::reject(const Problem& problem, std::string_view given_id) {
  HttpResponse response = problem_response(problem);
  stamp(response, request_id(given_id), kUnmatchedRoute);
  return response;
}

std::string RequestPipeline::request_id(std::string_view given) {
  if (is_sane_id(given)) return std::string(given);
  return hexadecimal(
      circuitbreaker::detail::mix64(next_id_.fetch_add(1, std::memory_order_relaxed)));
}

void RequestPipeline::observe(const HttpRequest& request, const HttpResponse& response,
                              std::chrono::nanoseconds took) {
  metrics_.count(response.route, request.method, response.status, took);
  if (!access_log_.load(std::memory_order_relaxed)) return;
  std::string_view id;
  response.each_header([&id](const std::string& name, const std::string& value) {
    if (name == kRequestId) id = value;
  });
  log_.info("request", {{"method", request.method},
                        {"path", request.path},
                        {"status", static_cast<std::int64_t>(response.status)},
                        {"seconds", std::chrono::duration<double>(took).count()},
                        {"client", request.client_address},
                        {"request_id", id}});
}

}  // namespace service
