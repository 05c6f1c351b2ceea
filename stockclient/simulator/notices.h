#pragma once
/// @file
/// The messages with which Alpha Vantage refuses a call, in its own words. All are JSON objects
/// sent with status 200.

#include <cstddef>
#include <string>
#include <string_view>

namespace stockclient::simulator {

/// Only one call a second is allowed.
[[nodiscard]] std::string throttled_second();
/// The per-minute limit has been reached.
[[nodiscard]] std::string throttled_minute(std::size_t calls_per_minute);
/// The daily limit has been reached. Contains the API key, as the real message does.
[[nodiscard]] std::string throttled_day(std::string_view key, std::size_t requests_per_day);
/// The API key is invalid or missing.
[[nodiscard]] std::string key_missing();
/// There is no function with this name.
[[nodiscard]] std::string unknown_function(std::string_view function);
/// A parameter is missing or invalid; also sent for an unknown symbol.
[[nodiscard]] std::string invalid_call(std::string_view function);
/// The function requires a premium key.
[[nodiscard]] std::string premium_endpoint();
/// The parameter `outputsize=full` requires a premium key.
[[nodiscard]] std::string premium_full_output();

}  // namespace stockclient::simulator
