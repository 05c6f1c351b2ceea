#include "service/settings/setting_values.h"

#include <array>
#include <charconv>
#include <optional>

namespace service {
namespace {

struct ValueUnit {
  std::string_view name;
  std::uint64_t factor;
  /// Smallest number written in this unit: 60s, 24h and 7d are more usual than 1m, 1d and 168h.
  std::uint64_t written_from = 1;
};

constexpr std::array<ValueUnit, 6> kDurationUnits{{{"us", 1'000},
                                                   {"ms", 1'000'000},
                                                   {"s", 1'000'000'000},
                                                   {"m", 60'000'000'000, 2},
                                                   {"h", 3'600'000'000'000},
                                                   {"d", 86'400'000'000'000, 2}}};
constexpr std::array<ValueUnit, 4> kSizeUnits{
    {{"B", 1}, {"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30}}};

/// Parses digits and a unit; empty if malformed or too large for 63 bits.
template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text,
                                             const std::array<ValueUnit, N>& units) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(rest - text.data()));
  for (const ValueUnit& unit : units) {
    if (unit.name != name) continue;
    constexpr auto kMax = static_cast<std::uint64_t>(INT64_MAX);
    if (number > kMax / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

/// Formats the number in the largest unit that divides it.
template <std::size_t N>
std::string format_with_unit(std::uint64_t number, const std::array<ValueUnit, N>& units) {
  std::size_t i = N - 1;
  while (i > 0 &&
         (number % units[i].factor != 0 || number / units[i].factor < units[i].written_from))
    --i;
  return std::to_string(number / units[i].factor) + std::string(units[i].name);
}

}  // namespace

std::string quoted(std::string_view text) {
  return "\"" + std::string(text.substr(0, 80)) + "\"";
}

Parsed<std::chrono::nanoseconds> parse_duration(std::string_view text, const DurationRange& range) {
  const std::optional<std::uint64_t> nanoseconds = parse_with_unit(text, kDurationUnits);
  if (nanoseconds) {
    const std::chrono::nanoseconds duration(static_cast<std::int64_t>(*nanoseconds));
    if (duration >= range.min && duration <= range.max) return duration;
  } else if (text == "0") {
    if (range.min.count() == 0) return std::chrono::nanoseconds(0);
  }
  return circuitbreaker::unexpected<std::string>(
      quoted(text) + (nanoseconds ? " is out of range" : " is not a duration") + "; allowed is " +
      format_duration(range.min) + " to " + format_duration(range.max) +
      ", written like 250ms, 30s, 5m, 24h or 7d");
}

std::string format_duration(std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return "0s";
  return format_with_unit(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

Parsed<std::size_t> parse_size(std::string_view text, const Range<std::size_t>& range) {
  const std::optional<std::uint64_t> bytes = parse_with_unit(text, kSizeUnits);
  if (bytes && *bytes >= range.min && *bytes <= range.max) return *bytes;
  return circuitbreaker::unexpected<std::string>(
      quoted(text) + (bytes ? " is out of range" : " is not a size") + "; allowed is " +
      format_size(range.min) + " to " + format_size(range.max) +
      ", written like 512KiB, 64MiB or 1GiB");
}

std::string format_size(std::size_t bytes) {
  return format_with_unit(bytes, kSizeUnits);
}

Parsed<std::uint64_t> parse_count(std::string_view text, const Range<std::uint64_t>& range) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && rest == text.data() + text.size();
  if (whole && number >= range.min && number <= range.max) return number;
  return circuitbreaker::unexpected<std::string>(
      quoted(text) + (whole ? " is out of range" : " is not a whole number") + "; allowed is " +
      std::to_string(range.min) + " to " + std::to_string(range.max));
}

Parsed<double> parse_number(std::string_view text, const Range<double>& range) {
  double number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const bool whole = error == std::errc() && rest == text.data() + text.size();
  // Written as a negated comparison, so that NaN counts as out of range.
  if (whole && number >= range.min && number <= range.max) return number;
  return circuitbreaker::unexpected<std::string>(
      quoted(text) + (whole ? " is out of range" : " is not a number") + "; allowed is " +
      format_number(range.min) + " to " + format_number(range.max));
}

std::string format_number(double number) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), written.ptr};
}

std::string format_authority(std::string_view host, std::uint16_t port) {
  const bool ipv6 = host.find(':') != std::string_view::npos;
  return (ipv6 ? "[" : "") + std::string(host) + (ipv6 ? "]:" : ":") + std::to_string(port);
}

Parsed<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"true", "on", "yes", "1"})
    if (text == yes) return true;
  for (const std::string_view no : {"false", "off", "no", "0"})
    if (text == no) return false;
  return circuitbreaker::unexpected<std::string>(quoted(text) +
                                                 " is not a switch; allowed is on or off");
}

}  // namespace service
