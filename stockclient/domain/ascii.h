#pragma once
/// Comparisons that disregard the case of ASCII letters, as HTTP field names need them. Independent
/// of the locale; pure functions.

#include <algorithm>
#include <string_view>

namespace stockclient {

/// The lower-case form of an ASCII letter; every other byte is returned unchanged.
[[nodiscard]] constexpr char to_lower_ascii(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `a` and `b` are the same text apart from the case of ASCII letters.
///
///     equal_ignoring_case("Content-Type", "content-type");  // true
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower_ascii(x) == to_lower_ascii(y);
         });
}

/// Whether `a` sorts before `b` when the case of ASCII letters is disregarded.
[[nodiscard]] constexpr bool less_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return to_lower_ascii(x) < to_lower_ascii(y);
  });
}

}  // namespace stockclient
