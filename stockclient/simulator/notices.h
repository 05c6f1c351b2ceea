#pragma once
/// @file
/// The messages with which Alpha Vantage refuses a call, in its own words. All are JSON objects
/// sent with status 200.

#include <cstddef>
#include <string>
#include <string_view>

namespace stockclient::simulator {

/// More than one call a second.
[[nodiscard]] std::string throttled_second();
/// The calls of this minute are used up.
[[nodiscard]] std::string throttled_minute(std::size_t calls_per_minute);
/// The calls of this day are used up. Contains the API key, as the real message does.
[[nodiscard]] std::string throttled_day(std::string_view key, std::size_t requests_per_day);
/// The API key is invalid or missing.
[[nodiscard]] std::string key_missing();
/// There is no function with this name.
[[nodiscard]] std::string unknown_function(std::string_view function);
/// A parameter is missing or invalid; also the answer about an unknown symbol.
[[nodiscard]] std::string invalid_call(std::string_view function);
/// The function needs a premium key.
[[nodiscard]] std::string premium_endpoint();
/// The parameter `outputsize=full` needs a premium key.
[[nodiscard]] std::string premium_full_output();

}  // namespace stockclient::simulator
