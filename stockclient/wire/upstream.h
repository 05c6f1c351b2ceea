#pragma once
/// The source of quotes behind an interface: Alpha Vantage, or a test's replacement.

#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/quote.h"

namespace stockclient {

/// The data of an upstream answer, and the bytes that they were read from.
struct UpstreamAnswer {
  /// An answer without bytes, which cannot be stored.
  UpstreamAnswer(Data from) : data(std::move(from)) {}  // NOLINT(google-explicit-constructor)
  /// An answer that was read from the body `read_from`.
  UpstreamAnswer(Data from, std::string read_from)
      : data(std::move(from)), bytes(std::make_shared<const std::string>(std::move(read_from))) {}

  /// The data, always for the question that was asked.
  Data data;
  /// The response's body; null if the data come from elsewhere.
  std::shared_ptr<const std::string> bytes;
};

/// The result of one upstream call: an answer to exactly the question that was asked, or a failure
/// of a kind that an upstream answer can have.
using AttemptResult = circuitbreaker::expected<UpstreamAnswer, Failure>;

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
