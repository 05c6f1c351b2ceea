#include "stockclient/simulator/responder.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "stockclient/domain/trading_date.h"
#include "stockclient/simulator/answers.h"
#include "stockclient/simulator/notices.h"

namespace stockclient::simulator {
namespace {

using namespace std::chrono_literals;

constexpr auto kSlow = 2s;
constexpr std::size_t kMaxCallLimit = 1'000'000;
constexpr std::string_view kControlPrefix = "/_control/";
constexpr std::string_view kHtml =
    "<!DOCTYPE html>\n<html><head><title>Application Error</title></head>\n"
    "<body><h1>Application Error</h1></body></html>\n";

std::optional<CallLimit> make_limit(const std::optional<std::size_t>& calls,
                                    circuitbreaker::Duration window) {
  if (!calls) return std::nullopt;
  if (*calls < 1 || *calls > kMaxCallLimit) {
    throw std::invalid_argument("a limit must be from 1 to 1000000 calls");
  }
  return CallLimit(*calls, window);
}

Reply json(std::string body) {
  return {.body = std::move(body)};
}

Reply control_error(int status, std::string_view detail) {
  return {.status = status, .body = nlohmann::json{{"error", detail}}.dump()};
}

Reply html(int status) {
  return {.status = status, .content_type = "text/html; charset=utf-8", .body = std::string(kHtml)};
}

Reply replayed(const Recording& recording) {
  return {
      .status = recording.status, .content_type = recording.content_type, .body = recording.body};
}

}  // namespace

Responder::Responder(const SimulatorOptions& options, ConnectionControl connections,
                     const circuitbreaker::Clock& clock)
    : options_(options),
      connections_(std::move(connections)),
      clock_(clock),
      per_second_(make_limit(options.limit_per_second, 1s)),
      per_minute_(make_limit(options.limit_per_minute, 1min)),
      per_day_(make_limit(options.limit_per_day, 24h)) {
  if (!options.replay_dir.empty()) replay_.emplace(options.replay_dir);
}

Reply Responder::reply(const Request& request) {
  return request.path.starts_with(kControlPrefix) ? control(request) : answer_call(request);
}

Reply Responder::control(const Request& request) {
  const std::string_view name = std::string_view(request.path).substr(kControlPrefix.size());
  if (name == "mode") return answer_mode(request);
  if (name == "calls") return answer_calls(request);
  return control_error(404, "the control endpoints are mode and calls");
}

Reply Responder::answer_mode(const Request& request) {
  if (request.method == "PUT") return change_mode(request);
  if (request.method != "GET") return control_error(405, "mode accepts GET and PUT");
  const std::lock_guard lock(mutex_);
  return json(to_json(behaviour_));
}

Reply Responder::answer_calls(const Request& request) {
  if (request.method != "GET" && request.method != "DELETE") {
    return control_error(405, "calls accepts GET and DELETE");
  }
  const std::size_t in_flight = connections_.in_flight();
  const std::lock_guard lock(mutex_);
  if (request.method == "DELETE") calls_ = CallLog();
  return json(calls_.to_json(in_flight));
}

Reply Responder::change_mode(const Request& request) {
  circuitbreaker::expected<Behaviour, std::string> wanted = parse_behaviour(request.body);
  if (!wanted) return control_error(400, wanted.error());
  std::shared_ptr<const Recording> recording;
  if (wanted->mode == FaultMode::replay) {
    if (!replay_) return control_error(400, "replay needs a simulator started with --replay");
    if (!wanted->file.empty()) {
      circuitbreaker::expected<Recording, std::string> read = replay_->read(wanted->file);
      if (!read) return control_error(400, read.error());
      recording = std::make_shared<const Recording>(std::move(*read));
    }
  }
  Reply reply = json(to_json(*wanted));
  const bool hangs = wanted->mode == FaultMode::hang;
  {
    const std::lock_guard lock(mutex_);
    behaviour_ = std::move(*wanted);
    recording_ = std::move(recording);
    share_ = EvenShare(behaviour_.fraction);
  }
  if (!hangs) connections_.reset_hung();
  return reply;
}

Reply Responder::answer_call(const Request& request) {
  std::unique_lock lock(mutex_);
  calls_.record(request);
  if (request.path != "/query") return html(404);
  if (request.method != "GET") return html(405);
  if (std::optional<std::string> notice = throttle_locked(request)) {
    Reply reply = json(std::move(*notice));
    reply.delay = options_.latency;
    return reply;
  }
  const bool affected =
      behaviour_.function.empty() || behaviour_.function == request.parameter("function");
  if (!affected || !share_.next()) {
    lock.unlock();
    Reply reply = healthy(request);
    reply.delay = options_.latency;
    return reply;
  }
  const Behaviour behaviour = behaviour_;
  const std::shared_ptr<const Recording> recording = recording_;
  lock.unlock();
  Reply reply = misbehave(request, behaviour, recording);
  const auto usual = behaviour.mode == FaultMode::slow ? kSlow : options_.latency;
  reply.delay = behaviour.latency.value_or(usual);
  reply.status = behaviour.status.value_or(reply.status);
  return reply;
}

std::optional<std::string> Responder::throttle_locked(const Request& request) {
  const circuitbreaker::TimePoint now = clock_.now();
  if (per_day_ && per_day_->reached(now)) {
    return throttled_day(request.parameter("apikey"), per_day_->calls());
  }
  if (per_minute_ && per_minute_->reached(now)) return throttled_minute(per_minute_->calls());
  if (per_second_ && per_second_->reached(now)) return throttled_second();
  for (std::optional<CallLimit>* limit : {&per_second_, &per_minute_, &per_day_}) {
    if (*limit) (*limit)->count(now);
  }
  return std::nullopt;
}

Reply Responder::misbehave(const Request& request, const Behaviour& behaviour,
                           const std::shared_ptr<const Recording>& recording) {
  switch (behaviour.mode) {
    case FaultMode::ok:
    case FaultMode::slow:
      return healthy(request);
    case FaultMode::hang:
      return {.delivery = Delivery::hang};
    case FaultMode::error:
      return {.status = 500, .body = R"({"message": "Internal server error"})"};
    case FaultMode::reset:
      return {.delivery = Delivery::reset};
    case FaultMode::garbage:
      return json("\x1f\x8b\xff\xfe{\"Global Quote\": [[[ \xc3\x28");
    case FaultMode::truncated: {
      Reply reply = healthy(request);
      reply.delivery = Delivery::truncated;
      return reply;
    }
    case FaultMode::empty:
      return json("");
    case FaultMode::html:
      return html(200);
    case FaultMode::data_fault:
      return json(answer_query(request, today(), {.zero_price = true}));
    case FaultMode::wrong_symbol:
      return json(answer_query(request, today(), {.wrong_symbol = true}));
    case FaultMode::throttle_second:
      return json(throttled_second());
    case FaultMode::throttle_minute:
      return json(throttled_minute(5));
    case FaultMode::throttle_day:
      return json(throttled_day(request.parameter("apikey"), 25));
    case FaultMode::status_429:
      return html(429);
    case FaultMode::status_403:
      return html(403);
    case FaultMode::bad_key:
      return json(key_missing());
    case FaultMode::premium:
      return json(premium_endpoint());
    case FaultMode::replay:
      return recording ? replayed(*recording) : healthy(request);
  }
  return {};
}

Reply Responder::healthy(const Request& request) {
  if (replay_) {
    const std::string_view subject = subject_of(request);
    const std::lock_guard lock(mutex_);
    const Recording* const recording = replay_->find(request.parameter("function"), subject);
    if (recording != nullptr) return replayed(*recording);
  }
  return json(answer_query(request, today()));
}

std::chrono::sys_days Responder::today() const {
  return options_.today.value_or(new_york_date(std::chrono::system_clock::now()));
}

}  // namespace stockclient::simulator
