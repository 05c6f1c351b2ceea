#pragma once
/// The Retry-After header (RFC 9110, section 10.2.3).

#include <chrono>
#include <optional>
#include <string>

namespace stockclient {

/// Reads delta seconds or an HTTP date, which is taken relative to `now`. Between one second (a
/// server that says "at once" has still refused) and a day (no quota lasts longer); empty when
/// `value` is neither form.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(const std::string& value,
                                                                    std::chrono::sys_seconds now);

}  // namespace stockclient
