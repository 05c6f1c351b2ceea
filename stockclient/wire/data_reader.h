#pragma once
/// Finds and reads the data in an upstream answer, by shape: keys match by prefix or by name
/// without their number (`05. price` is `price`), so that a renumbered field is still read.

#include <optional>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/answer_class.h"
#include "stockclient/domain/query.h"
#include "stockclient/wire/json_tree.h"

namespace stockclient {

/// The data under the key that `query` asks for. Empty: there is no such key, or nothing below it.
/// A fault (`data_fault`): there is something below it that cannot be trusted: another symbol's, no
/// or no positive price, a date that is none, a figure that is no number, a key that is there
/// twice. No markets at all is such a fault, too: there are always some.
[[nodiscard]] std::optional<AttemptResult> read_data(const Query& query, const JsonValue& answer);

/// Whether the answer has the key under which `function` (or, without one, any function) delivers.
[[nodiscard]] bool has_data_key(const JsonValue& answer,
                                std::optional<Function> function = std::nullopt) noexcept;

}  // namespace stockclient
