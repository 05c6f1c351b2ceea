#include "stockclient/domain/decimal.h"

#include <algorithm>
#include <charconv>

namespace stockclient {
namespace {

constexpr std::size_t kMaxLength = 40;
constexpr std::string_view kDigits = "0123456789";

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxLength) return std::nullopt;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);

  const std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction;
  if (!all_digits(whole)) return std::nullopt;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (!all_digits(fraction)) return std::nullopt;
  }

  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (whole.empty() && fraction.empty()) return Decimal();

  std::string shortest;
  shortest.reserve(text.size() + 2);
  if (negative) shortest += '-';
  shortest += whole.empty() ? std::string_view("0") : whole;
  if (!fraction.empty()) {
    shortest += '.';
    shortest += fraction;
  }
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
