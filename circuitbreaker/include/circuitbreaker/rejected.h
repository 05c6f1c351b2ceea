#pragma once
/// Why a policy of this library refused to make a call.
///
///     if (auto permit = breaker.try_acquire(); !permit) {
///       answer(503, to_string(permit.error().reason), permit.error().retry_after);
///     }

#include <cstdint>
#include <optional>
#include <string_view>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// A refusal is a value, costs no allocation, and is never a failure of the dependency: a breaker
/// inside another policy ignores it.
struct Rejected {
  enum class Reason : std::uint8_t {
    open,            ///< the breaker is open
    half_open_full,  ///< every probe slot of a half-open breaker is taken
    forced_open,     ///< an operator opened the breaker
    bulkhead_full,   ///< no slot became free within the bulkhead's wait
    rate_limited,    ///< the rate limiter has no token
    deadline,        ///< the caller's deadline has passed, or would before the call could be made
    cancelled,       ///< the caller's stop token asked to stop
  };
  Reason reason = Reason::open;
  /// When asking again makes sense: what is left of the open time, or empty when nobody can say.
  std::optional<Duration> retry_after = std::nullopt;
  friend bool operator==(const Rejected&, const Rejected&) = default;
};

[[nodiscard]] std::string_view to_string(Rejected::Reason reason) noexcept;

}  // namespace circuitbreaker
