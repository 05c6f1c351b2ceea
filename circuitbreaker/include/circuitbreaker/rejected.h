#pragma once
/// Why a policy of this library did not make a call.
///
///     if (auto permit = breaker.try_acquire(); !permit) {
///       respond(503, to_string(permit.error().reason), permit.error().retry_after);
///     }

#include <cstdint>
#include <optional>
#include <string_view>

#include "circuitbreaker/brief_text.h"
#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// The error value of a call that was not made. It never allocates and is never a failure of the
/// dependency: a breaker that encloses another policy ignores that policy's rejections. A plain
/// value, safe across threads like an `int`.
struct Rejected {
  /// The reason why a call was not made.
  enum class Reason : std::uint8_t {
    open,            ///< the breaker is open
    half_open_full,  ///< every probe slot of a half-open breaker is taken
    forced_open,     ///< an operator opened the breaker
    bulkhead_full,   ///< no slot became free within the bulkhead's wait
    rate_limited,    ///< the rate limiter has no token
    deadline,        ///< the caller's deadline passed before the call could be made
    cancelled,       ///< the caller's stop token requested a stop
  };
  /// The reason why the call was not made.
  Reason reason = Reason::open;
  /// How long to wait before asking again, for example the rest of the open time; empty when
  /// unknown.
  std::optional<Duration> retry_after = std::nullopt;
  /// Name of the breaker that rejected the call; empty if another policy did.
  BriefText breaker = {};
  /// The last failure recorded by the breaker or, if `Retry` gave up because of this rejection, the
  /// failure of its first attempt. May be empty.
  BriefText last_failure = {};

  /// Compares all fields.
  friend bool operator==(const Rejected&, const Rejected&) = default;
};

/// The enumerator's name, as it appears in logs and metrics: `"open"`, `"half_open_full"`, ...
[[nodiscard]] std::string_view to_string(Rejected::Reason reason) noexcept;

}  // namespace circuitbreaker
