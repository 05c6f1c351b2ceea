#pragma once
/// Sources of values outside this process's memory.

#include <optional>

#include "stockclient/domain/answer.h"
#include "stockclient/domain/failure.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// Keeps values outside this process's memory, such as in a store that survives restarts or a cache
/// that replicas share. A flight asks its sources, in order, before it asks the circuit breaker and
/// the quota for an upstream call. A fresh value makes the call unnecessary; a stale one is
/// returned to the waiters immediately, and the flight continues. Every new upstream value is
/// passed to all sources.
///
/// Thread-safety: implementations must allow calls from any thread.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  /// Returns the stored value for `query`, with its age measured by this process's clock. Empty if
  /// there is no value or it cannot be read quickly. Callers wait for this function, so
  /// implementations need a deadline far below the upstream's timeout. Must not throw.
  [[nodiscard]] virtual std::optional<Value> find(const Query& query) noexcept = 0;
  /// Stores the upstream's answer to `query`. If `is_first`, no value was known before, and the
  /// call may wait briefly until the value is durable; otherwise it must not block. Must not throw.
  virtual void put(const Query& query, const Value& value, bool is_first) noexcept = 0;
  /// Removes the value for `query`, possibly in the background. Must neither block nor throw.
  virtual void forget(const Query& query) noexcept = 0;
  /// The failure with which flights must end because this source is mandatory and out of service.
  /// Empty if the source works or is optional. Must neither block nor throw.
  [[nodiscard]] virtual std::optional<Failure> obstacle() noexcept { return std::nullopt; }
};

}  // namespace stockclient
