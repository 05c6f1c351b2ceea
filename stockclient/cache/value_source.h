#pragma once
/// Further places where values may be found.

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// A place beyond this process's memory that keeps values: a cache that replicas share, or a store
/// that outlives the process. A flight asks its sources, in their order, before it asks the circuit
/// breaker and the quota for a call; a value that is still fresh there saves the call. Every new
/// value from the upstream is handed to all of them.
///
/// Records carry the calendar time of their fetch, which their ages are computed from.
///
/// Thread-safety: implementations must allow any member function to be called from any thread.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  /// The value kept for `query`; null when there is none or it cannot be had quickly. Runs on a
  /// worker while callers wait, so an implementation has a deadline of its own, far below the
  /// upstream's timeout. Must not throw.
  [[nodiscard]] virtual RecordPtr find(const Query& query) noexcept = 0;
  /// The upstream has answered `query` with `record`. Must neither block nor throw.
  virtual void put(const Query& query, const RecordPtr& record) noexcept = 0;
};

}  // namespace stockclient
