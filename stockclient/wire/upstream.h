#pragma once
/// The source of quotes behind an interface: Alpha Vantage, or a test's replacement.

#include <stop_token>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/quote.h"

namespace stockclient {

/// The result of one upstream call: data for exactly the question that was asked, or a failure of a
/// kind that an upstream answer can have.
using AttemptResult = circuitbreaker::expected<Data, Failure>;

/// A source of quotes. Thread-safety: `fetch` may be called from any number of threads
/// simultaneously.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// Makes exactly one upstream call and classifies its answer. Blocks at most for `timeout`; if
  /// `stop` is requested, it ends soon afterwards with the kind `cancelled`. Never throws.
  [[nodiscard]] virtual AttemptResult fetch(const Query& query, circuitbreaker::Duration timeout,
                                            std::stop_token stop) noexcept = 0;
};

}  // namespace stockclient
