#include "stockclient/wire/faults.h"

#include <utility>

namespace stockclient {
namespace {

Failure failure_of(FailureKind kind, std::string detail) {
  return {.kind = kind, .detail = std::move(detail)};
}

std::string throttle_detail(FailureKind kind) {
  switch (kind) {
    case FailureKind::throttled_second:
      return "the upstream's limit of calls per second is reached";
    case FailureKind::throttled_day:
      return "the upstream's limit of calls per day is reached";
    default:
      return "the upstream's limit of calls per minute is reached";
  }
}

}  // namespace

Failure not_found(std::string detail) {
  return failure_of(FailureKind::not_found, std::move(detail));
}

Failure data_fault(std::string detail) {
  return failure_of(FailureKind::data_fault, std::move(detail));
}

Failure our_fault(std::string detail) {
  return failure_of(FailureKind::our_fault, std::move(detail));
}

Failure misconfigured(std::string detail) {
  return failure_of(FailureKind::misconfigured, std::move(detail));
}

Failure unsupported(std::string detail) {
  return failure_of(FailureKind::unsupported, std::move(detail));
}

Failure throttled(FailureKind kind, std::string detail,
                  std::optional<std::chrono::seconds> retry_after) {
  Failure failure = failure_of(kind, detail.empty() ? throttle_detail(kind) : std::move(detail));
  failure.retry_after = retry_after;
  return failure;
}

Failure upstream_failure(std::string detail) {
  return failure_of(FailureKind::upstream_failure, std::move(detail));
}

Failure under_maintenance(std::string detail) {
  return failure_of(FailureKind::maintenance, std::move(detail));
}

Failure timed_out(std::string detail) {
  return failure_of(FailureKind::timeout, std::move(detail));
}

Failure blocked(std::string detail) {
  return failure_of(FailureKind::blocked, std::move(detail));
}

Failure cancelled() {
  return failure_of(FailureKind::cancelled, "nobody waits for this any more");
}

Failure odd(Oddity oddity, Failure failure) {
  failure.oddity = oddity;
  return failure;
}

}  // namespace stockclient
