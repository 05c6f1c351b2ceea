#include "stockclient/domain/failure.h"

namespace stockclient {
namespace {

using enum RetryAdvice;

constexpr std::string_view kThrottled = "The upstream's rate limit is reached.";
constexpr std::string_view kTimeout = "The upstream did not answer in time.";
constexpr std::string_view kOverloaded = "Too many callers are waiting for the upstream already.";

// In the order of FailureKind. The contract defines the classes and stale reasons.
constexpr std::array<FailureTraits, kFailureKindCount> kTraits{{
    {"not_found", "not_found", StaleReason::data_missing, "not_found",
     "The upstream has no data under this name.", false, never, true},
    {"data_missing", "data_missing", StaleReason::data_missing, "not_found",
     "The upstream has no data under this name.", false, never, true},
    {"data_fault", "data_fault", StaleReason::data_fault, "upstream_failure",
     "The upstream's data for this symbol are unusable.", false, never, true},
    {"our_fault", "our_fault", StaleReason::upstream_failure, "internal",
     "The upstream did not understand this service.", false, never, true},
    {"misconfigured", "misconfigured", StaleReason::misconfigured, "misconfigured",
     "The upstream rejects this service's API key.", true, never, false},
    {"unsupported", "unsupported", StaleReason::unsupported, "unsupported",
     "This service's API key is not entitled to these data.", false, never, true},
    {"throttled_second", "throttled", StaleReason::throttled, "upstream_throttled", kThrottled,
     true, once, false},
    {"throttled_minute", "throttled", StaleReason::throttled, "upstream_throttled", kThrottled,
     true, never, false},
    {"throttled_day", "throttled", StaleReason::throttled, "upstream_throttled", kThrottled, true,
     never, false},
    {"blocked", "blocked", StaleReason::blocked, "upstream_failure",
     "The upstream rejects this service's calls.", true, never, false},
    {"upstream_failure", "upstream_failure", StaleReason::upstream_failure, "upstream_failure",
     "The upstream failed to answer.", false, jittered, false},
    {"maintenance", "upstream_failure", StaleReason::upstream_failure, "upstream_failure",
     "The upstream failed to answer.", false, once, false},
    {"timeout", "timeout", StaleReason::upstream_timeout, "upstream_timeout", kTimeout, false,
     jittered, false},
    {"cancelled", "cancelled", StaleReason::upstream_failure, "upstream_failure",
     "The upstream failed to answer.", false, never, false},

    {"circuit_open", "", StaleReason::circuit_open, "circuit_open",
     "The upstream has been failing and is given time to recover."},
    {"forced_open", "", StaleReason::circuit_open, "circuit_open",
     "An operator has stopped all calls to the upstream."},
    {"rate_limited", "", StaleReason::throttled, "upstream_throttled", kThrottled},
    {"day_spent", "", StaleReason::throttled, "upstream_throttled",
     "The calls released so far from the daily quota are used up."},
    {"client_share_spent", "", StaleReason::throttled, "too_many_requests",
     "You have used your share of the daily quota for new symbols."},
    {"overloaded", "", StaleReason::overloaded, "overloaded", kOverloaded},
    // The refresh continues without the caller whose deadline has passed.
    {"no_worker_in_time", "", StaleReason::revalidating, "overloaded", kOverloaded},
    {"no_turn_in_time", "", StaleReason::revalidating, "upstream_throttled", kThrottled},
    {"no_answer_in_time", "", StaleReason::revalidating, "upstream_timeout", kTimeout},
    {"dependency_open", "", StaleReason::circuit_open, "circuit_open",
     "A dependency of this service has been failing and is given time to recover."},
    {"shutting_down", "", StaleReason::overloaded, "overloaded", "The service is shutting down."},
}};

}  // namespace

std::string_view to_string(StaleReason reason) noexcept {
  switch (reason) {
    case StaleReason::revalidating:
      return "revalidating";
    case StaleReason::circuit_open:
      return "circuit_open";
    case StaleReason::throttled:
      return "throttled";
    case StaleReason::upstream_failure:
      return "upstream_failure";
    case StaleReason::upstream_timeout:
      return "upstream_timeout";
    case StaleReason::misconfigured:
      return "misconfigured";
    case StaleReason::unsupported:
      return "unsupported";
    case StaleReason::blocked:
      return "blocked";
    case StaleReason::data_fault:
      return "data_fault";
    case StaleReason::data_missing:
      return "data_missing";
    case StaleReason::overloaded:
      return "overloaded";
    case StaleReason::restored:
      return "restored";
  }
  return "";
}

const FailureTraits& traits(FailureKind kind) noexcept {
  return kTraits[static_cast<std::size_t>(kind)];
}

std::string_view to_string(FailureKind kind) noexcept {
  return traits(kind).name;
}

std::string_view to_string(Oddity oddity) noexcept {
  switch (oddity) {
    case Oddity::unknown_notice:
      return "unknown_notice";
    case Oddity::unknown_error:
      return "unknown_error";
    case Oddity::unknown_form:
      return "unknown_form";
    case Oddity::certificate_refused:
      return "certificate_refused";
    case Oddity::proxy_refused:
      return "proxy_refused";
    case Oddity::older_day_accepted:
      return "older_day_accepted";
    case Oddity::moved_in_trading:
      return "moved_in_trading";
  }
  return "";
}

Failure transient_failure(FailureKind kind) {
  return {.kind = kind, .retry_after = std::chrono::seconds(1)};
}

RetryAdvice retry_advice(const Failure& failure) noexcept {
  const RetryAdvice advice = traits(failure.kind).retry;
  if (!failure.oddity || advice == RetryAdvice::never) return advice;
  return failure.oddity == Oddity::certificate_refused ? RetryAdvice::never : RetryAdvice::once;
}

}  // namespace stockclient
