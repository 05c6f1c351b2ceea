#pragma once
/// Comparisons that ignore the case of ASCII letters, as required for HTTP field names. Independent
/// of the locale; pure functions.

#include <algorithm>
#include <string_view>

namespace stockclient {

/// The lower-case form of an ASCII letter; every other byte is returned unchanged.
[[nodiscard]] constexpr char to_lower_ascii(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `a` and `b` are equal, ignoring the case of ASCII letters.
///
///     equal_ignoring_case("Content-Type", "content-type");  // true
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower_ascii(x) == to_lower_ascii(y);
         });
}

/// Whether `a` sorts before `b`, ignoring the case of ASCII letters.
[[nodiscard]] constexpr bool less_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return to_lower_ascii(x) < to_lower_ascii(y);
  });
}

}  // namespace stockclient
