#include "stockclient/domain/answer.h"

namespace stockclient {

std::string_view to_string(Source source) noexcept {
  return source == Source::simulator ? "simulator" : "alpha_vantage";
}

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
    case StaleReason::data_missing:
      return "data_missing";
    case StaleReason::data_fault:
      return "data_fault";
    case StaleReason::overloaded:
      return "overloaded";
  }
  return "";
}

std::string_view to_string(CacheResult result) noexcept {
  switch (result) {
    case CacheResult::hit:
      return "hit";
    case CacheResult::stale:
      return "stale";
    case CacheResult::miss:
      return "miss";
    case CacheResult::negative:
      return "negative";
  }
  return "";
}

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::upstream_failure:
      return "upstream_failure";
    case ErrorCode::circuit_open:
      return "circuit_open";
    case ErrorCode::upstream_throttled:
      return "upstream_throttled";
    case ErrorCode::misconfigured:
      return "misconfigured";
    case ErrorCode::overloaded:
      return "overloaded";
    case ErrorCode::upstream_timeout:
      return "upstream_timeout";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::too_many_requests:
      return "too_many_requests";
  }
  return "";
}

}  // namespace stockclient
