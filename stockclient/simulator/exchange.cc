#include "stockclient/simulator/exchange.h"

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

Reply complaint(int status, std::string_view what) {
  return {.status = status, .body = nlohmann::json{{"error", what}}.dump()};
}

Reply html(int status) {
  return {.status = status, .content_type = "text/html; charset=utf-8", .body = std::string(kHtml)};
}

Reply replayed(const Recording& recording) {
  return {
      .status = recording.status, .content_type = recording.content_type, .body = recording.body};
}

}  // namespace

Exchange::Exchange(const SimulatorOptions& options, Wire wire, const circuitbreaker::Clock& clock)
    : options_(options),
      wire_(std::move(wire)),
      clock_(clock),
      per_second_(make_limit(options.limit_per_second, 1s)),
      per_minute_(make_limit(options.limit_per_minute, 1min)),
      per_day_(make_limit(options.limit_per_day, 24h)) {
  if (!options.replay_dir.empty()) replay_.emplace(options.replay_dir);
}

Reply Exchange::handle(const Request& request) {
  return request.path.starts_with(kControlPrefix) ? control(request) : answer_call(request);
}

Reply Exchange::control(const Request& request) {
  const std::string_view name = std::string_view(request.path).substr(kControlPrefix.size());
  const bool get = request.method == "GET";
  if (name == "mode") {
    if (get) return json(to_json(behaviour_));
    if (request.method == "PUT") return change_mode(request);
    return complaint(405, "mode answers GET and PUT");
  }
  if (name == "calls") {
    if (request.method == "DELETE") calls_ = CallLog();
    if (get || request.method == "DELETE") return json(calls_.to_json(wire_.in_flight()));
    return complaint(405, "calls answers GET and DELETE");
  }
  return complaint(404, "known are /_control/mode and /_control/calls");
}

Reply Exchange::change_mode(const Request& request) {
  circuitbreaker::expected<Behaviour, std::string> wanted = parse_behaviour(request.body);
  if (!wanted) return complaint(400, wanted.error());
  std::optional<Recording> recording;
  if (wanted->mode == Mode::replay) {
    if (!replay_) return complaint(400, "replay needs a simulator started with --replay");
    if (!wanted->file.empty()) {
      circuitbreaker::expected<Recording, std::string> read = replay_->read(wanted->file);
      if (!read) return complaint(400, read.error());
      recording = std::move(*read);
    }
  }
  if (wanted->mode != Mode::hang) wire_.reset_hung();
  behaviour_ = std::move(*wanted);
  recording_ = std::move(recording);
  share_ = Share(behaviour_.fraction);
  return json(to_json(behaviour_));
}

Reply Exchange::answer_call(const Request& request) {
  calls_.record(request);
  if (request.path != "/query") return html(404);
  if (request.method != "GET") return html(405);
  if (std::optional<std::string> notice = refusal(request)) {
    Reply reply = json(std::move(*notice));
    reply.delay = options_.latency;
    return reply;
  }
  if (!share_.next()) {
    Reply reply = healthy(request);
    reply.delay = options_.latency;
    return reply;
  }
  Reply reply = misbehave(request);
  const auto usual = behaviour_.mode == Mode::slow ? kSlow : options_.latency;
  reply.delay = behaviour_.latency.value_or(usual);
  reply.status = behaviour_.status.value_or(reply.status);
  return reply;
}

std::optional<std::string> Exchange::refusal(const Request& request) {
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

Reply Exchange::misbehave(const Request& request) {
  switch (behaviour_.mode) {
    case Mode::ok:
    case Mode::slow:
      return healthy(request);
    case Mode::hang:
      return {.delivery = Delivery::hang};
    case Mode::error:
      return {.status = 500, .body = R"({"message": "Internal server error"})"};
    case Mode::reset:
      return {.delivery = Delivery::reset};
    case Mode::garbage:
      return json("\x1f\x8b\xff\xfe{\"Global Quote\": [[[ \xc3\x28");
    case Mode::truncated: {
      Reply reply = healthy(request);
      reply.delivery = Delivery::truncated;
      return reply;
    }
    case Mode::empty:
      return json("");
    case Mode::html:
      return html(200);
    case Mode::data_fault:
      return json(answer_query(request, today(), {.zero_price = true}));
    case Mode::wrong_symbol:
      return json(answer_query(request, today(), {.wrong_symbol = true}));
    case Mode::throttle_second:
      return json(throttled_second());
    case Mode::throttle_minute:
      return json(throttled_minute(5));
    case Mode::throttle_day:
      return json(throttled_day(request.parameter("apikey"), 25));
    case Mode::status_429:
      return html(429);
    case Mode::status_403:
      return html(403);
    case Mode::bad_key:
      return json(key_missing());
    case Mode::premium:
      return json(premium_endpoint());
    case Mode::replay:
      return recording_ ? replayed(*recording_) : healthy(request);
  }
  return {};
}

Reply Exchange::healthy(const Request& request) {
  if (replay_) {
    const Recording* const recording =
        replay_->find(request.parameter("function"), asked_about(request));
    if (recording != nullptr) return replayed(*recording);
  }
  return json(answer_query(request, today()));
}

std::chrono::sys_days Exchange::today() const {
  return options_.today.value_or(new_york_date(std::chrono::system_clock::now()));
}

}  // namespace stockclient::simulator
