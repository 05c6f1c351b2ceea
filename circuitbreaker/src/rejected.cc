#include "circuitbreaker/rejected.h"

namespace circuitbreaker {

std::string_view to_string(Rejected::Reason reason) noexcept {
  switch (reason) {
    case Rejected::Reason::open:
      return "open";
    case Rejected::Reason::half_open_full:
      return "half_open_full";
    case Rejected::Reason::forced_open:
      return "forced_open";
    case Rejected::Reason::bulkhead_full:
      return "bulkhead_full";
    case Rejected::Reason::rate_limited:
      return "rate_limited";
    case Rejected::Reason::deadline:
      return "deadline";
    case Rejected::Reason::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace circuitbreaker
