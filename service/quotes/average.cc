#include "service/quotes/average.h"

#include <algorithm>
#include <cmath>

namespace service {
namespace {

// A sum of prices with 18 digits before and 12 after the point does not fit into 64 bits.
__extension__ using Wide = __int128;

constexpr std::size_t kWholeDigits = 18;
constexpr std::size_t kDecimals = 12;
constexpr std::size_t kRoundedDecimals = 4;

/// The number times 10^12; empty if it has too many digits.
std::optional<Wide> scaled(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  if (point > kWholeDigits || decimals.size() > kDecimals) return std::nullopt;
  Wide value = 0;
  for (const char digit : text.substr(0, point)) value = value * 10 + (digit - '0');
  for (std::size_t i = 0; i < kDecimals; ++i)
    value = value * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
  return negative ? -value : value;
}

/// The text of `value` / 10^4.
std::string unscaled(Wide value) {
  std::string digits;
  const bool negative = value < 0;
  for (Wide rest = negative ? -value : value; rest > 0 || digits.size() <= kRoundedDecimals;
       rest /= 10)
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  std::reverse(digits.begin(), digits.end());
  digits.insert(digits.size() - kRoundedDecimals, 1, '.');
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  if (negative) digits.insert(digits.begin(), '-');
  return digits;
}

bool has_split(std::span<const stockclient::Bar> bars) {
  return std::adjacent_find(bars.begin(), bars.end(), [](const auto& newer, const auto& older) {
           return is_split_between(older, newer);
         }) != bars.end();
}

}  // namespace

std::string_view to_string(NoAverage reason) noexcept {
  switch (reason) {
    case NoAverage::split:
      return "split";
    case NoAverage::precision:
      return "precision";
  }
  return "";
}

Average average_close(std::span<const stockclient::Bar> bars) {
  if (has_split(bars)) return {std::nullopt, NoAverage::split};
  Wide sum = 0;
  for (const stockclient::Bar& bar : bars) {
    const std::optional<Wide> close = scaled(bar.close.text());
    if (!close) return {std::nullopt, NoAverage::precision};
    sum += *close;
  }
  constexpr Wide kToRounded = 100'000'000;  // Divisor that reduces 12 decimals to 4.
  const Wide divisor = static_cast<Wide>(bars.size()) * kToRounded;
  const Wide half = sum < 0 ? -(divisor / 2) : divisor / 2;
  return {unscaled((sum + half) / divisor), {}};
}

bool is_split_between(const stockclient::Bar& older, const stockclient::Bar& newer) {
  constexpr double kTolerance = 0.05;
  constexpr double kMostGrowth = 3;
  const auto volume_before = static_cast<double>(older.volume.value_or(0));
  const auto volume_after = static_cast<double>(newer.volume.value_or(0));
  if (volume_before == 0 || volume_after == 0) return false;
  const double growth = volume_after / volume_before;
  const double before = older.close.to_double();
  const double after = newer.open.value_or(newer.close).to_double();
  const double ratio = std::max(before / after, after / before);
  const double whole = std::round(ratio);
  if (whole < 2 || std::abs(ratio / whole - 1) > kTolerance) return false;
  return before > after ? growth > 1 && growth <= kMostGrowth * whole : growth < 1;
}

}  // namespace service
