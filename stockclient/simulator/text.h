#pragma once
/// @file
/// Text helpers, for ASCII only. Pure functions.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stockclient::simulator {

/// The text before and the text after the first `separator`; the whole text and empty text when
/// there is none.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_at(
    std::string_view text, std::string_view separator) noexcept;
/// Without leading and trailing blanks, tabs and line ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// With letters in upper case.
[[nodiscard]] std::string to_upper(std::string_view text);

/// Parses a whole number with the unit `us`, `ms`, `s` or `m`, such as `50ms`. Returns nothing for
/// other texts and for more than an hour.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(
    std::string_view text) noexcept;
/// The text that `parse_duration` turns into `duration`, in the largest unit that represents it
/// exactly.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace stockclient::simulator
