#pragma once
/// Additional sources of values beyond this process's memory.

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// Keeps values outside this process's memory: a cache that replicas share, or a store that
/// outlives the process. A flight asks its sources, in order, before it asks the circuit breaker
/// and the quota for a call; a value that is still fresh saves the call. Every new value from the
/// upstream is passed to all of them.
///
/// Records carry the calendar time of their fetch, from which their ages are computed.
///
/// Thread-safety: implementations must allow any member function to be called from any thread.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  /// The value kept for `query`; null if there is none or it cannot be obtained quickly. Runs on a
  /// worker while callers wait, so an implementation has its own deadline, far below the upstream's
  /// timeout. Must not throw.
  [[nodiscard]] virtual RecordPtr find(const Query& query) noexcept = 0;
  /// Receives a new `record`, the upstream's answer to `query`. Must neither block nor throw.
  virtual void put(const Query& query, const RecordPtr& record) noexcept = 0;
};

}  // namespace stockclient
