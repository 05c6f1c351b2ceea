#pragma once
/// The real service's refusals, in its own words. All of them come with status 200.

#include <cstddef>
#include <string>
#include <string_view>

namespace stockclient::simulator {

[[nodiscard]] std::string throttled_second();
[[nodiscard]] std::string throttled_minute(std::size_t calls_per_minute);
/// Echoes the key, as the real service does.
[[nodiscard]] std::string throttled_day(std::string_view key, std::size_t requests_per_day);
[[nodiscard]] std::string key_missing();
[[nodiscard]] std::string unknown_function(std::string_view function);
[[nodiscard]] std::string invalid_call(std::string_view function);
[[nodiscard]] std::string premium_endpoint();
[[nodiscard]] std::string premium_full_output();

}  // namespace stockclient::simulator
