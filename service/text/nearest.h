#pragma once
/// "Did you mean": finds the known name that a mistyped one probably stands for.

#include <span>
#include <string_view>

namespace service {

/// Returns the candidate with the smallest edit distance (Levenshtein) to `name`, or an empty view
/// when none is within a third of its length. Cost: for each candidate the product of both lengths,
/// so keep the inputs short. A pure function.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace service
