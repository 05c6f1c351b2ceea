#pragma once
/// Small text helpers, ASCII only.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stockclient::simulator {

/// What stands before and after the first `separator`; without one, everything and nothing.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_at(
    std::string_view text, std::string_view separator) noexcept;
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string to_upper(std::string_view text);

/// `250us`, `50ms`, `2s`, `1m`: a whole number and a unit, at most an hour; empty on anything else.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(
    std::string_view text) noexcept;
/// The same, in the largest unit that says it exactly.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace stockclient::simulator
