#pragma once
/// Parsers and formatters of setting values. A parser returns the value, or a clause that says what
/// is wrong and what is allowed, to be appended to the setting's name in a message. All functions
/// are pure.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace service {

/// A parsed value or an error clause.
template <class T>
using Parsed = circuitbreaker::expected<T, std::string>;

/// The range of allowed values, including both ends.
template <class T>
struct Range {
  /// The smallest allowed value.
  T min;
  /// The largest allowed value.
  T max;
};

/// The allowed durations.
using DurationRange = Range<std::chrono::nanoseconds>;

/// Parses digits followed by one of the units us, ms, s, m, h, d: `250ms`, `30s`, `7d`.
[[nodiscard]] Parsed<std::chrono::nanoseconds> parse_duration(std::string_view text,
                                                              const DurationRange& range);
/// The shortest text that `parse_duration` reads back as the same value. Precision: microseconds.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

/// Parses digits followed by one of the units B, KiB, MiB, GiB: `64MiB`. The result is in bytes.
[[nodiscard]] Parsed<std::size_t> parse_size(std::string_view text,
                                             const Range<std::size_t>& range);
/// The shortest text that `parse_size` reads back as the same value.
[[nodiscard]] std::string format_size(std::size_t bytes);

/// Parses a whole decimal number.
[[nodiscard]] Parsed<std::uint64_t> parse_count(std::string_view text,
                                                const Range<std::uint64_t>& range);

/// Parses a decimal number without an exponent, such as `1.5`.
[[nodiscard]] Parsed<double> parse_number(std::string_view text, const Range<double>& range);
/// The shortest text that `parse_number` reads back as the same value.
[[nodiscard]] std::string format_number(double number);

/// Formats an address as `127.0.0.1:8080`; an IPv6 address is put in brackets, as in a URL (RFC
/// 3986, section 3.2.2).
[[nodiscard]] std::string format_authority(std::string_view host, std::uint16_t port);

/// Parses `true`, `on`, `yes` or `1`, or their opposites `false`, `off`, `no` or `0`.
[[nodiscard]] Parsed<bool> parse_switch(std::string_view text);

/// The text in double quotes, truncated after 80 bytes, for error messages.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace service
