#pragma once
/// The text of a setting's value, read and written. Every parser returns the value or one clause
/// that says what is wrong and what is allowed, to stand behind the setting's name.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace service {

template <class T>
using Parsed = circuitbreaker::expected<T, std::string>;

template <class T>
struct Range {
  T min;
  T max;
};

using DurationRange = Range<std::chrono::nanoseconds>;

/// `250ms`, `30s`, `5m`, `24h`, `7d`: digits and one unit of us, ms, s, m, h, d.
[[nodiscard]] Parsed<std::chrono::nanoseconds> parse_duration(std::string_view text,
                                                              const DurationRange& range);
/// The shortest form that `parse_duration` reads back to the same value (whole microseconds).
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

/// `64MiB`: digits and one unit of B, KiB, MiB, GiB.
[[nodiscard]] Parsed<std::size_t> parse_size(std::string_view text,
                                             const Range<std::size_t>& range);
[[nodiscard]] std::string format_size(std::size_t bytes);

/// Decimal digits.
[[nodiscard]] Parsed<std::uint64_t> parse_count(std::string_view text,
                                                const Range<std::uint64_t>& range);

/// A plain decimal number, such as `1.5`.
[[nodiscard]] Parsed<double> parse_number(std::string_view text, const Range<double>& range);
[[nodiscard]] std::string format_number(double number);

/// `127.0.0.1:8080`; an IPv6 address in brackets, as in a URL (RFC 3986, 3.2.2).
[[nodiscard]] std::string format_authority(std::string_view host, std::uint16_t port);

/// `true`, `on`, `yes`, `1`, and their opposites.
[[nodiscard]] Parsed<bool> parse_switch(std::string_view text);

}  // namespace service
