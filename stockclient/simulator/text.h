#pragma once
/// @file
/// Text helpers, for ASCII only. Pure functions.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stockclient::simulator {

/// Splits a text into the parts before and after the first `separator`; without a separator, the
/// second part is empty.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_at(
    std::string_view text, std::string_view separator) noexcept;
/// The text without leading and trailing blanks, tabs and line ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// The text with letters in upper case.
[[nodiscard]] std::string to_upper(std::string_view text);

/// Parses a whole number with the unit `us`, `ms`, `s` or `m`, such as `50ms`. Returns nothing for
/// other texts and for more than an hour.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(
    std::string_view text) noexcept;
/// Formats a duration in the largest unit that represents it exactly; `parse_duration` reads it
/// back.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace stockclient::simulator
