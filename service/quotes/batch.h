#pragma once
/// Responses with many quotes: each item is a quote or an error, in the order of the request.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/http_message.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"

namespace service {

class Representations;

/// Maximum number of symbols in one request.
inline constexpr std::size_t kMostBatchItems = 100;

/// One requested symbol.
struct BatchItem {
  /// In upper case if it is a valid symbol, otherwise as it was sent.
  std::string symbol;
  /// Index into `Batch::queries`; empty if this is not a valid symbol.
  std::optional<std::size_t> query;
};

/// A request for many quotes.
struct Batch {
  /// The items in the order of the request.
  std::vector<BatchItem> items;
  /// One query for each distinct valid symbol.
  std::vector<stockclient::Query> queries;
};

/// Splits a list at its commas and drops blanks around each item. An empty list has no items; an
/// empty item between commas is an item that is not a symbol. Stops one item beyond
/// `kMostBatchItems`, so that an overlong list is detected cheaply.
[[nodiscard]] Batch parse_batch(std::string_view symbols);

/// The response to a batch. `outcomes` are in the order of `batch.queries`; `if_none_match` is the
/// request's header. Cacheable only if no item is an error.
[[nodiscard]] HttpResponse batch_response(const Batch& batch,
                                          std::span<const stockclient::Outcome> outcomes,
                                          Representations& representations,
                                          std::optional<std::chrono::nanoseconds> stale_if_error,
                                          std::string_view if_none_match);

}  // namespace service
