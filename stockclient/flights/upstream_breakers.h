#pragma once
/// The circuit breakers in front of the upstream: one for the host and one for each function.

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string_view>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

#include "stockclient/domain/query.h"
#include "stockclient/flights/host_evidence.h"
#include "stockclient/flights/upstream_permit.h"

namespace stockclient {

/// Name of the host's breaker.
inline constexpr std::string_view kHostBreaker = "alpha_vantage";
/// Names of the functions' breakers, in the order of `Function`.
inline constexpr std::array<std::string_view, kFunctionCount> kFunctionBreakers{
    "alpha_vantage.quote", "alpha_vantage.history", "alpha_vantage.search",
    "alpha_vantage.markets"};

/// Settings of the upstream's breakers. A plain struct.
struct UpstreamBreakerSettings {
  /// Settings of the host's breaker.
  circuitbreaker::Settings host;
  /// Settings of the functions' breakers, in the order of `Function`.
  std::array<circuitbreaker::Settings, kFunctionCount> functions;
};

/// Guards one host that offers several functions. If one function fails, only its calls are
/// stopped; if the host is down, all functions are stopped after the first few calls. The rules:
///
/// - Every failure counts for the function that was called.
/// - It also counts for the host if no connection was made, or if no other function has succeeded
///   since the first of this function's consecutive failures. If only one function is in use, the
///   same call therefore opens both the host and the function.
/// - The functions' breakers judge slow calls, because the host's own window could not distinguish
///   one hanging function from a hanging host. The host's breaker has no slow-call rule of its own:
///   it is tripped when slow calls open a function's breaker, or when the number of consecutive
///   slow calls reaches the number that the host's settings allow in a full window, unless another
///   function has answered promptly since. A slow probe of the host counts as a timeout.
/// - A half-open host may be probed through a function that opened during the host's outage. When
///   the host closes, these functions become half-open.
///
///     UpstreamBreakers breakers(settings, clock);
///     if (auto permit = breakers.try_acquire(Function::global_quote)) {
///       permit->end(fetch() ? CallEnd{Verdict::success} : CallEnd{Verdict::failure, "status
///       500"});
///     }
///
/// Thread-safety: every member function may be called from any thread. No lock is held while a
/// breaker or a listener is called.
class UpstreamBreakers {
 public:
  /// `clock` must outlive the breakers. Throws `std::invalid_argument` when a setting is out of
  /// range.
  UpstreamBreakers(const UpstreamBreakerSettings& settings, const circuitbreaker::Clock& clock);
  UpstreamBreakers(const UpstreamBreakers&) = delete;
  UpstreamBreakers& operator=(const UpstreamBreakers&) = delete;

  /// Acquires permits for one call of `function` from the host's and the function's breaker. A
  /// rejection names the breaker that rejected the call. Never waits and never throws.
  [[nodiscard]] circuitbreaker::expected<UpstreamPermit, circuitbreaker::Rejected> try_acquire(
      Function function) noexcept;
  /// Duration from which a call of `function` is slow; empty without a slow-call rule. Takes no
  /// lock.
  [[nodiscard]] std::optional<circuitbreaker::Duration> slow_after(
      Function function) const noexcept;
  /// Call when a call of `function` that began at `started` has been in progress for `slow_after`.
  /// Breakers have no timers, so they cannot detect on their own that all workers hang.
  void call_became_slow(Function function, circuitbreaker::TimePoint started);

  /// The host's breaker. Its snapshot shows a slow-call rate of 0; see `host_slow_call_rate`.
  [[nodiscard]] circuitbreaker::CircuitBreaker& host() noexcept { return host_; }
  /// The host's slow-call rate setting, which these rules enforce because its breaker does not.
  [[nodiscard]] double host_slow_call_rate() const noexcept { return host_slow_call_rate_; }
  /// The function's breaker.
  [[nodiscard]] circuitbreaker::CircuitBreaker& of(Function function) noexcept;
  /// Whether the function opened during the current outage of the host, so that a half-open host
  /// may be probed through it.
  [[nodiscard]] bool opened_in_outage(Function function) const noexcept;

  /// Applies new settings to all breakers; states and counts are kept. Throws like the constructor.
  void reconfigure(const UpstreamBreakerSettings& settings);

 private:
  friend class UpstreamPermit;

  struct GuardedFunction {
    GuardedFunction(std::string_view name, const circuitbreaker::Settings& settings,
                    const circuitbreaker::Clock& clock);
    void note_slow_call_rule(const circuitbreaker::Settings& settings) noexcept;

    circuitbreaker::CircuitBreaker breaker;
    /// Zero without a slow-call rule.
    std::atomic<circuitbreaker::Duration::rep> slow_after{0};
    /// The function's breaker opened while the host's breaker was not closed, or together with it.
    std::atomic<bool> opened_in_outage{false};
  };

  void end_call(UpstreamPermit& permit, const CallEnd& end);
  void function_changed(Function function, const circuitbreaker::StateChange& change);
  void host_changed(const circuitbreaker::StateChange& change);
  void note_opened_in_outage(GuardedFunction& function);

  const circuitbreaker::Clock& clock_;
  HostEvidence evidence_;
  std::array<std::unique_ptr<GuardedFunction>, kFunctionCount> functions_;
  std::atomic<double> host_slow_call_rate_;
  // Declared last, so that its listener is destroyed before the functions it uses.
  circuitbreaker::CircuitBreaker host_;
};

}  // namespace stockclient
