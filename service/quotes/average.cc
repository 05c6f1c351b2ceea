#include "service/quotes/average.h"

#include <algorithm>
#include <string_view>

namespace service {
namespace {

// 18 digits before and 12 behind the point, summed over some hundreds, need more than 64 bits.
__extension__ using Wide = __int128;

constexpr std::size_t kWholeDigits = 18;
constexpr std::size_t kDecimals = 12;
constexpr std::size_t kRoundedDecimals = 4;

/// The number times 10^12.
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

}  // namespace

std::optional<std::string> average_close(std::span<const stockclient::Bar> bars) {
  if (bars.empty()) return std::nullopt;
  Wide sum = 0;
  for (const stockclient::Bar& bar : bars) {
    const std::optional<Wide> close = scaled(bar.close.text());
    if (!close) return std::nullopt;
    sum += *close;
  }
  constexpr Wide kToRounded = 100'000'000;  // from 12 decimals to 4
  const Wide divisor = static_cast<Wide>(bars.size()) * kToRounded;
  const Wide half = sum < 0 ? -(divisor / 2) : divisor / 2;
  return unscaled((sum + half) / divisor);
}

}  // namespace service
