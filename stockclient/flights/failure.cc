#include "stockclient/flights/failure.h"

#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Rejected;
using circuitbreaker::TimePoint;

namespace {

/// What a 503 says when nobody knows better.
constexpr Duration kSoon = std::chrono::seconds(1);

struct Telling {
  StaleReason reason;
  ErrorCode code;
  const char* detail;
};

Telling telling(AnswerClass answer_class) {
  using enum AnswerClass;
  switch (answer_class) {
    case not_found:
    case data_missing:
      return {StaleReason::data_missing, ErrorCode::not_found,
              "The upstream knows nothing by this name."};
    case data_fault:
      return {StaleReason::data_fault, ErrorCode::upstream_failure,
              "The upstream's data for this symbol are unusable."};
    case our_fault:
      return {StaleReason::upstream_failure, ErrorCode::internal,
              "The upstream did not understand this service."};
    case misconfigured:
      return {StaleReason::misconfigured, ErrorCode::misconfigured,
              "The upstream refuses this service's API key."};
    case unsupported:
      return {StaleReason::unsupported, ErrorCode::unsupported,
              "This service's API key is not entitled to these data."};
    case throttled:
      return {StaleReason::throttled, ErrorCode::upstream_throttled,
              "The upstream's rate limit is reached."};
    case timeout:
      return {StaleReason::upstream_timeout, ErrorCode::upstream_timeout,
              "The upstream did not answer in time."};
    case blocked:
      return {StaleReason::blocked, ErrorCode::upstream_failure,
              "The upstream refuses this service's calls."};
    case success:
    case upstream_failure:
    case cancelled:
      break;
  }
  return {StaleReason::upstream_failure, ErrorCode::upstream_failure,
          "The upstream failed to answer."};
}

Failure make(const Telling& telling, std::optional<Duration> retry_after) {
  return {telling.reason, {telling.code, telling.detail, retry_after, CacheResult::miss}};
}

AnswerClass class_of(Hold hold) {
  if (hold == Hold::misconfigured) return AnswerClass::misconfigured;
  if (hold == Hold::blocked) return AnswerClass::blocked;
  return AnswerClass::throttled;
}

}  // namespace

Failure failed(const Fault& fault, std::optional<Duration> held_for) {
  return make(telling(fault.answer_class), held_for);
}

Failure circuit_open(const Rejected& rejected) {
  const char* const detail = rejected.reason == Rejected::Reason::forced_open
                                 ? "An operator has stopped all calls to the upstream."
                                 : "The upstream has been failing and is given time to recover.";
  return make({StaleReason::circuit_open, ErrorCode::circuit_open, detail},
              rejected.retry_after.value_or(kSoon));
}

Failure refused(const Refusal& refusal, TimePoint now) {
  const Duration wait = refusal.until - now;
  switch (refusal.why) {
    case Refusal::Why::hold:
      return make(telling(class_of(refusal.hold)), wait);
    case Refusal::Why::rate:
      return make(telling(AnswerClass::throttled), wait);
    case Refusal::Why::day:
      return make({StaleReason::throttled, ErrorCode::upstream_throttled,
                   "What the day's quota allows by now is spent."},
                  wait);
    case Refusal::Why::client_share:
      return make({StaleReason::throttled, ErrorCode::too_many_requests,
                   "You have asked for as many new symbols as one client may in a day."},
                  wait);
  }
  return throttled();
}

Failure throttled() {
  return make(telling(AnswerClass::throttled), kSoon);
}

Failure overloaded() {
  return make({StaleReason::overloaded, ErrorCode::overloaded,
               "Too many callers wait for the upstream already."},
              kSoon);
}

Failure timed_out() {
  return make(telling(AnswerClass::timeout), std::nullopt);
}

Failure shutting_down() {
  return make({StaleReason::overloaded, ErrorCode::overloaded, "The service is shutting down."},
              kSoon);
}

}  // namespace stockclient
