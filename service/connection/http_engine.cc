#include "service/connection/http_engine.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include <httplib.h>

#include "service/connection/answer_writer.h"

namespace service {
namespace {

/// The request head that cpp-httplib reads, and the buffer that it writes to.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::string_view head, const std::string& remote_address, std::string& out)
      : head_(head), remote_address_(remote_address), out_(out) {}

  using httplib::Stream::write;
  [[nodiscard]] bool is_readable() const override { return !head_.empty(); }
  [[nodiscard]] bool is_writable() const override { return true; }

  ssize_t read(char* target, std::size_t size) override {
    const auto count = std::min(size, head_.size());
    std::memcpy(target, head_.data(), count);
    head_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* bytes, std::size_t size) override {
    out_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = remote_address_;
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  // Never a real one: a descriptor over FD_SETSIZE makes cpp-httplib answer 500.
  [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view head_;
  const std::string& remote_address_;
  std::string& out_;
};

const ScannedRequest kNoRequest{.method = "GET",
                                .path = "/",
                                .query = {},
                                .headers = {},
                                .http_1_0 = false,
                                .keep_alive = false};

constexpr Refusal kInternal{500, "internal", "The request could not be answered."};

}  // namespace

class HttpEngine::Server : public httplib::Server {
 public:
  Server(const ConnectionHooks& hooks, const circuitbreaker::Clock& clock)
      : hooks_(hooks), clock_(clock) {
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      route(request, response);
      return HandlerResponse::Handled;
    });
    // Runs after cpp-httplib has added its own fields. The connection's fate is not its business
    // here, and it would announce ranges that nobody serves.
    set_post_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      response.headers.clear();
      if (AnswerWriter::has_content_length(response_.status)) {
        const auto size = response_.body ? response_.body->size() : 0;
        response.headers.emplace("Content-Length", std::to_string(size));
      }
    });
  }

  std::unique_ptr<PendingResponse> answer(const EngineRun& run, const Refusal* refusal,
                                          std::string& out) {
    run_ = &run;
    refusal_ = refusal;
    pending_.reset();
    const auto start = out.size();
    process(run, out);
    if (pending_) {
      out.resize(start);
      return std::move(pending_);
    }
    const bool head_only = run.request.method == "HEAD";
    writer_.finish(response_, {run.keep_alive, run.request.http_1_0, head_only}, out);
    if (hooks_.observe) {
      const auto elapsed = refusal ? std::chrono::nanoseconds(0) : clock_.now() - run.started;
      hooks_.observe({request_, response_, elapsed});
    }
    response_.body.reset();
    return nullptr;
  }

 private:
  /// One run of cpp-httplib over a head of our writing.
  void process(const EngineRun& run, std::string& out) {
    head_.assign(run.request.method).append(" ").append(run.request.path);
    head_.append(" HTTP/1.1\r\n\r\n");
    MemoryStream stream(head_, run.remote_address, out);
    call_process_request(*this, stream, run.remote_address);
  }

  /// The argument list of `process_request` differs between versions: 4 until 0.14, 8 in 0.18.
  template <typename Self>
  static void call_process_request(Self& self, MemoryStream& stream, const std::string& address) {
    bool closed = false;
    const std::function<void(httplib::Request&)> no_setup;
    if constexpr (requires { self.process_request(stream, true, closed, no_setup); }) {
      self.process_request(stream, true, closed, no_setup);
    } else {
      self.process_request(stream, address, 0, std::string(), 0, true, closed, no_setup);
    }
  }

  /// Inside `process_request`, once the request is parsed: makes the response, or comes to wait.
  void route(const httplib::Request& parsed, httplib::Response& response) {
    fill_request(parsed);
    try {
      if (refusal_ != nullptr) {
        response_ = hooks_.format_refusal(*refusal_);
      } else if (run_->awaited != nullptr) {
        response_ = run_->awaited->take();
      } else {
        auto result = hooks_.handler(request_);
        if (auto* pending = std::get_if<std::unique_ptr<PendingResponse>>(&result)) {
          pending_ = std::move(*pending);
          response_ = HttpResponse();
        } else {
          response_ = std::get<HttpResponse>(std::move(result));
        }
      }
    } catch (const std::exception&) {
      response_ = hooks_.format_refusal(kInternal);
    }
    response.status = response_.status;
  }

  /// Strings are assigned, not made: after a few requests nothing is allocated here.
  void fill_request(const httplib::Request& parsed) {
    const auto& scanned = run_->request;
    request_.headers.resize(scanned.headers.size());
    for (std::size_t i = 0; i < scanned.headers.size(); ++i) {
      request_.headers[i].first = scanned.headers[i].first;
      request_.headers[i].second = scanned.headers[i].second;
    }
    if (refusal_ != nullptr) {
      request_.method.clear();
      request_.path.clear();
    } else {
      request_.method = parsed.method;
      request_.path = parsed.target;
    }
    request_.query = scanned.query;
    request_.remote_address = parsed.remote_addr;
  }

  ConnectionHooks hooks_;
  const circuitbreaker::Clock& clock_;
  AnswerWriter writer_;
  std::string head_;
  HttpRequest request_;
  HttpResponse response_;
  const EngineRun* run_ = nullptr;
  const Refusal* refusal_ = nullptr;
  std::unique_ptr<PendingResponse> pending_;
};

HttpEngine::HttpEngine(const ConnectionHooks& hooks, const circuitbreaker::Clock& clock)
    : server_(std::make_unique<Server>(hooks, clock)) {
  // cpp-httplib fills its parser's tables during the first request. Asked here, before there are
  // threads, they are never filled by one loop while another reads them: a guard inside the library
  // makes that safe, but ThreadSanitizer cannot see it and reports a race.
  const ConnectionHooks nobody{.handler = {},
                               .format_refusal = [](const Refusal&) { return HttpResponse(); },
                               .observe = {}};
  const std::string nowhere;
  std::string discarded;
  Server(nobody, clock)
      .answer({.request = kNoRequest,
               .remote_address = nowhere,
               .keep_alive = false,
               .awaited = nullptr,
               .started = {}},
              &kInternal, discarded);
}
HttpEngine::~HttpEngine() = default;

std::unique_ptr<PendingResponse> HttpEngine::run(const EngineRun& run, std::string& out) {
  return server_->answer(run, nullptr, out);
}

void HttpEngine::refuse(const Refusal& refusal, const std::string& remote_address,
                        std::string& out) {
  server_->answer({.request = kNoRequest,
                   .remote_address = remote_address,
                   .keep_alive = false,
                   .awaited = nullptr,
                   .started = {}},
                  &refusal, out);
}

}  // namespace service
