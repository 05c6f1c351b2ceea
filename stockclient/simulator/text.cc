#include "stockclient/simulator/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace stockclient::simulator {
namespace {

constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

struct NamedDuration {
  std::string_view name;
  std::int64_t nanoseconds;
};
/// The units, largest first.
constexpr std::array<NamedDuration, 4> kUnits{
    {{"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}}};
constexpr std::int64_t kHour = 3'600'000'000'000;

}  // namespace

std::pair<std::string_view, std::string_view> split_at(std::string_view text,
                                                       std::string_view separator) noexcept {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + separator.size())};
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string to_upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), upper);
  return result;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const NamedDuration& unit : kUnits) {
    if (unit.name == name && count <= kHour / unit.nanoseconds) {
      return std::chrono::nanoseconds(count * unit.nanoseconds);
    }
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  if (duration == duration.zero()) return "0ms";
  for (const NamedDuration& unit : kUnits) {
    if (duration.count() % unit.nanoseconds == 0) {
      return std::to_string(duration.count() / unit.nanoseconds).append(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ns";
}

}  // namespace stockclient::simulator
