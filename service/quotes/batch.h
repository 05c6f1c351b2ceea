#pragma once
/// Many quotes in one answer: each item its own success or error, in the order asked.

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

inline constexpr std::size_t kMostBatchItems = 100;

struct BatchItem {
  /// Upper-case when it is a symbol, else as the caller wrote it.
  std::string symbol;
  /// Into `Batch::queries`; empty: not a symbol, and never asked.
  std::optional<std::size_t> query;
};

struct Batch {
  std::vector<BatchItem> items;
  /// Each distinct symbol once.
  std::vector<stockclient::Query> queries;
};

/// Splits a list at its commas and drops blanks around each item. An empty list has no items; an
/// empty item among others is an item that is not a symbol. Stops one beyond `kMostBatchItems`, so
/// that an overlong list is recognised cheaply.
[[nodiscard]] Batch parse_batch(std::string_view symbols);

/// `outcomes` stand in the order of `batch.queries`. Cacheable only when no item is an error.
[[nodiscard]] HttpResponse batch_response(const Batch& batch,
                                          std::span<const stockclient::Outcome> outcomes,
                                          Representations& representations,
                                          std::optional<std::chrono::nanoseconds> stale_if_error,
                                          std::string_view if_none_match);

}  // namespace service
