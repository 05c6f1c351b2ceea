#include "stockclient/wire/faults.h"

#include <utility>

namespace stockclient {
namespace {

Fault fault_of(AnswerClass answer_class, std::string detail, Hold hold = Hold::none,
               RetryAdvice retry = RetryAdvice::never) {
  return Fault{answer_class, hold, std::nullopt, retry, std::move(detail), std::nullopt};
}

std::string throttle_detail(Hold hold) {
  switch (hold) {
    case Hold::second:
      return "the upstream's limit of calls per second is reached";
    case Hold::day:
      return "the upstream's limit of calls per day is reached";
    default:
      return "the upstream's limit of calls per minute is reached";
  }
}

}  // namespace

Fault not_found(std::string detail) {
  return fault_of(AnswerClass::not_found, std::move(detail));
}

Fault data_fault(std::string detail) {
  return fault_of(AnswerClass::data_fault, std::move(detail));
}

Fault our_fault(std::string detail) {
  return fault_of(AnswerClass::our_fault, std::move(detail));
}

Fault misconfigured(std::string detail) {
  return fault_of(AnswerClass::misconfigured, std::move(detail), Hold::misconfigured);
}

Fault unsupported(std::string detail) {
  return fault_of(AnswerClass::unsupported, std::move(detail));
}

Fault throttled(Hold hold, std::string detail, std::optional<std::chrono::seconds> hold_for) {
  if (detail.empty()) detail = throttle_detail(hold);
  Fault fault = fault_of(AnswerClass::throttled, std::move(detail), hold,
                         hold == Hold::second ? RetryAdvice::once : RetryAdvice::never);
  fault.hold_for = hold_for;
  return fault;
}

Fault upstream_failure(RetryAdvice retry, std::string detail) {
  return fault_of(AnswerClass::upstream_failure, std::move(detail), Hold::none, retry);
}

Fault timed_out(std::string detail) {
  return fault_of(AnswerClass::timeout, std::move(detail), Hold::none, RetryAdvice::jittered);
}

Fault blocked(std::string detail) {
  return fault_of(AnswerClass::blocked, std::move(detail), Hold::blocked);
}

Fault cancelled() {
  return fault_of(AnswerClass::cancelled, "nobody waits for this any more");
}

Fault odd(Oddity oddity, Fault fault) {
  fault.oddity = oddity;
  return fault;
}

}  // namespace stockclient
