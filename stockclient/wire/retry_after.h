#pragma once
/// The Retry-After header (RFC 9110, section 10.2.3).

#include <chrono>
#include <optional>
#include <string>

namespace stockclient {

/// Reads the header's value, either seconds or an HTTP date, as a wait from `now` on. The result is
/// clamped to one second (a server that allows an immediate retry has still refused this call) up
/// to one day (no quota lasts longer). Empty when `value` has neither form. Pure, safe from any
/// thread.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(const std::string& value,
                                                                    std::chrono::sys_seconds now);

}  // namespace stockclient
