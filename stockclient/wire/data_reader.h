#pragma once
/// Finds and reads the data in an upstream answer.

#include <optional>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/figure.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/quote.h"
#include "stockclient/wire/json_tree.h"

namespace stockclient {

/// Data that were read from an upstream answer, or the reason why they are unusable.
using ReadResult = circuitbreaker::expected<Data, Failure>;

/// Reads the data that `query` asks for from the answer's top-level object. Keys are matched by
/// prefix, and fields by name without their number, so a renamed key or a renumbered field can
/// still be read.
///
/// Returns nothing if the answer has no such key, or the key has no content. Otherwise the result
/// is:
/// - data, if the essential figures can be read: the requested symbol and the price of a quote, the
///   date and close of at least one bar, the symbol of at least one match, the type, region and
///   status of at least one market. Any other unreadable figure is empty, and a bar, match or
///   market that lacks an essential figure is left out;
/// - a `data_fault` otherwise. A trading day after `newest_day` is also one; such bars are left
///   out.
///
/// Everything that could not be read is added to `unreadable`. Pure, safe from any thread; takes
/// linear time.
[[nodiscard]] std::optional<ReadResult> read_data(const Query& query, const JsonValue& answer,
                                                  std::string_view newest_day,
                                                  UnreadableFigures& unreadable);

/// Whether the answer has the key that holds the data of `function` (without one: of any function).
[[nodiscard]] bool has_data_key(const JsonValue& answer,
                                std::optional<Function> function = std::nullopt) noexcept;

}  // namespace stockclient
