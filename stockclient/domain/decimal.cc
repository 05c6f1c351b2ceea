#include "stockclient/domain/decimal.h"

#include <algorithm>
#include <charconv>

namespace stockclient {
namespace {

constexpr std::size_t kMaxDigits = 40;
constexpr std::string_view kDigits = "0123456789";

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

bool is_sign(char c) noexcept {
  return c == '-' || c == '+';
}

/// Removes an exponent such as `e5` from the end of `text` and returns its value: 0 if there is
/// none, nothing if it is malformed or does not fit into `int`.
std::optional<int> take_exponent(std::string_view& text) noexcept {
  const std::size_t at = text.find_first_of("eE");
  if (at == std::string_view::npos) return 0;
  std::string_view exponent = text.substr(at + 1);
  text = text.substr(0, at);
  const bool has_sign = !exponent.empty() && is_sign(exponent.front());
  if (!all_digits(exponent.substr(has_sign ? 1 : 0))) return std::nullopt;
  if (exponent.front() == '+') exponent.remove_prefix(1);  // std::from_chars accepts no plus sign.
  int value = 0;
  const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

/// Moves the decimal point by `exponent` places. Returns false if that requires more digits than
/// allowed.
bool move_point(std::string& whole, std::string& fraction, int exponent) {
  constexpr int kFarthest = kMaxDigits;
  if (exponent > kFarthest || exponent < -kFarthest) return false;
  const auto places = static_cast<std::size_t>(exponent < 0 ? -exponent : exponent);
  if (exponent > 0) {
    if (fraction.size() < places) fraction.append(places - fraction.size(), '0');
    whole += fraction.substr(0, places);
    fraction.erase(0, places);
  } else if (exponent < 0) {
    if (whole.size() < places) whole.insert(0, places - whole.size(), '0');
    fraction.insert(0, whole.substr(whole.size() - places));
    whole.erase(whole.size() - places);
  }
  return true;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  const bool negative = text.front() == '-';
  if (is_sign(text.front())) text.remove_prefix(1);
  const std::optional<int> exponent = take_exponent(text);
  if (!exponent) return std::nullopt;

  const std::size_t point = text.find('.');
  std::string whole(text.substr(0, point));
  if (!all_digits(whole)) return std::nullopt;
  std::string fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (!all_digits(fraction)) return std::nullopt;
  }

  const bool zero = (whole + fraction).find_first_not_of('0') == std::string::npos;
  if (zero) return Decimal();
  if (!move_point(whole, fraction, *exponent)) return std::nullopt;
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (whole.size() + fraction.size() > kMaxDigits) return std::nullopt;

  std::string shortest = negative ? "-" : "";
  shortest += whole.empty() ? "0" : whole;
  if (!fraction.empty()) shortest += '.' + fraction;
  return Decimal(std::move(shortest));
}

double Decimal::to_double() const {
  double value = 0;
  std::from_chars(text_.data(), text_.data() + text_.size(), value);
  return value;
}

bool Decimal::is_positive() const noexcept {
  return text_.front() != '-' && text_ != "0";
}

}  // namespace stockclient
