#pragma once
/// "Did you mean": the name closest to a mistyped one.

#include <span>
#include <string_view>

namespace service {

/// The candidate with the least edit distance (Levenshtein) to `name`, or empty when none is within
/// a third of its length. Cost: the sum of the products of the lengths, so keep inputs short.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace service
