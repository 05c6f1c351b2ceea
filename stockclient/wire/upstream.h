#pragma once
/// Where quotes come from, behind an interface: Alpha Vantage, or whatever a test wants.

#include <stop_token>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/quote.h"

namespace stockclient {

/// What one upstream call brought: data for exactly the question that was asked, or the reason why
/// not. The failure is of a kind that an upstream answer can have.
using AttemptResult = circuitbreaker::expected<Data, Failure>;

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
