#pragma once
/// Permission for one upstream call, from both of its circuit breakers.

#include <optional>
#include <string_view>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

#include "stockclient/domain/query.h"

namespace stockclient {

class UpstreamBreakers;

/// The outcome of an upstream call, as reported to the breakers.
struct CallEnd {
  /// The breakers' verdict on the call.
  circuitbreaker::Verdict verdict = circuitbreaker::Verdict::ignored;
  /// An explanation for operators, recorded with a failure. Must not contain upstream text or
  /// secrets.
  std::string_view reason = {};
  /// False when no connection was made: DNS, TCP or TLS failed. Such a failure says nothing about
  /// the function that was called.
  bool connected = true;
};

/// Permission to make one call of one function. Only the first `end` counts; the breakers ignore a
/// permit that is destroyed without one. Must not outlive its `UpstreamBreakers`.
///
/// Thread-safety: one thread at a time may use a permit.
class [[nodiscard]] UpstreamPermit {
 public:
  /// Whether the call is a probe, because the host or the function is half-open.
  [[nodiscard]] bool is_probe() const noexcept;
  /// Reports the end of the call.
  void end(const CallEnd& end);

 private:
  friend class UpstreamBreakers;
  UpstreamPermit(UpstreamBreakers& breakers, Function function, circuitbreaker::Permit host,
                 std::optional<circuitbreaker::Permit> own,
                 circuitbreaker::TimePoint started) noexcept;

  UpstreamBreakers* breakers_;
  Function function_;
  circuitbreaker::TimePoint started_;
  circuitbreaker::Permit host_;
  /// Empty when a half-open host is probed through an open function.
  std::optional<circuitbreaker::Permit> own_;
};

}  // namespace stockclient
