#pragma once
/// Where quotes come from, behind an interface: Alpha Vantage, or whatever a test wants.

#include <stop_token>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer_class.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// Thread-safety: `fetch` may be called from any number of threads at once.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// Makes exactly one upstream call and classifies its answer. Blocks at most `timeout`; ends soon
  /// after `stop` is requested with class `cancelled`. Never throws.
  [[nodiscard]] virtual AttemptResult fetch(const Query& query, circuitbreaker::Duration timeout,
                                            std::stop_token stop) noexcept = 0;
};

}  // namespace stockclient
