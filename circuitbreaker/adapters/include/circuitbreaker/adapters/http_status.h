#pragma once
/// Judges the server's health by an HTTP status, for the adapters of HTTP libraries.

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// The value of a Retry-After field in seconds (RFC 9110, section 10.2.3). Empty when the value is
/// a date or malformed. Values beyond a year are cut to a year.
[[nodiscard]] inline std::optional<Duration> parse_retry_after_seconds(
    std::string_view value) noexcept {
  constexpr long kYear = 365L * 24 * 3600;
  long seconds = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, seconds);
  if (value.empty() || stop != end || value.front() == '-') return std::nullopt;
  if (error == std::errc::result_out_of_range || seconds > kYear) seconds = kYear;
  return std::chrono::seconds(seconds);
}

/// A status of 500 and above is a failure, and so is 429, because the server asks for fewer calls.
/// Every other status is a success: the server works, even if it refuses the request.
[[nodiscard]] inline Assessment assess_http_status(
    long status, std::optional<Duration> retry_after = std::nullopt) noexcept {
  const bool failed = status >= 500 || status == 429;
  return failed ? Assessment(Verdict::failure, retry_after) : Assessment(Verdict::success);
}

}  // namespace circuitbreaker
