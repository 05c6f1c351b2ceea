#pragma once
/// The Retry-After header (RFC 9110, section 10.2.3).

#include <chrono>
#include <optional>
#include <string>

namespace stockclient {

/// Parses the header's value, either seconds or an HTTP date, as a wait that starts at `now`. The
/// result is clamped to between one second (a server that allows an immediate retry has still
/// refused this call) and one day (no quota lasts longer). Empty if `value` has neither form. Pure,
/// safe from any thread.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(const std::string& value,
                                                                    std::chrono::sys_seconds now);

}  // namespace stockclient
