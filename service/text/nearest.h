#pragma once
/// Finds the name that the author of a misspelt name probably meant.

#include <span>
#include <string_view>

namespace service {

/// The candidate with the smallest edit distance (Levenshtein) to `name`; empty if every distance
/// exceeds a third of the name's length, or if the name is longer than 64 bytes. Takes time
/// proportional to the length of `name` times the total length of the candidates.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace service
