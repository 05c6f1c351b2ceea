#include "stockclient/wire/field_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "stockclient/domain/ascii.h"
#include "stockclient/domain/trading_date.h"

namespace stockclient {
namespace {

constexpr std::string_view kDigits = "0123456789";

/// The field's name without its number: `price` for the key `05. price`.
std::string_view without_number(std::string_view key) noexcept {
  const std::size_t point = key.find_first_not_of(kDigits);
  if (point == 0 || point == std::string_view::npos || !key.substr(point).starts_with(". ")) {
    return key;
  }
  return key.substr(point + 2);
}

bool is_placeholder(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 4> kPlaceholders{"", "-", "none", "null"};
  return std::any_of(kPlaceholders.begin(), kPlaceholders.end(),
                     [text](std::string_view word) { return equal_ignoring_case(text, word); });
}

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

FieldReader::Field FieldReader::find(std::string_view name) const noexcept {
  Field field;
  for (const JsonMember& member : object_.children) {
    if (!equal_ignoring_case(without_number(member.key), name)) continue;
    if (field.value != nullptr) return {&member.value, true};
    field.value = &member.value;
  }
  return field;
}

const std::string* FieldReader::scalar(std::string_view name) const noexcept {
  const Field field = find(name);
  if (field.value == nullptr || field.ambiguous) return nullptr;
  const JsonValue::Kind kind = field.value->kind;
  const bool has_text = kind == JsonValue::Kind::string || kind == JsonValue::Kind::number;
  return has_text ? &field.value->text : nullptr;
}

std::optional<std::string> FieldReader::required_text(std::string_view name, Figure figure) {
  const std::string* found = scalar(name);
  if (found != nullptr && !found->empty()) return *found;
  unreadable_.add(figure);
  return std::nullopt;
}

std::string FieldReader::text(std::string_view name, Figure figure) {
  if (const std::string* found = scalar(name)) return *found;
  const Field field = find(name);
  const bool missing = field.value == nullptr || field.value->kind == JsonValue::Kind::null;
  if (!missing || field.ambiguous) unreadable_.add(figure);
  return {};
}

std::optional<Decimal> FieldReader::number(std::string_view name, Figure figure) {
  const std::string* found = scalar(name);
  auto number = found != nullptr ? Decimal::parse(*found) : std::nullopt;
  if (!number) unreadable_.add(figure);
  return number;
}

std::optional<Decimal> FieldReader::percent(std::string_view name, Figure figure) {
  const std::string* found = scalar(name);
  std::string_view text = found != nullptr ? std::string_view(*found) : std::string_view();
  if (text.ends_with('%')) text.remove_suffix(1);
  auto percent = Decimal::parse(text);
  if (!percent) unreadable_.add(figure);
  return percent;
}

std::optional<Decimal> FieldReader::price(std::string_view name, Figure figure) {
  auto price = number(name, figure);
  if (!price || price->is_positive()) return price;
  unreadable_.add(figure);
  return std::nullopt;
}

std::optional<std::int64_t> FieldReader::volume(std::string_view name, Figure figure) {
  const Field field = find(name);
  if (field.value == nullptr || field.value->kind == JsonValue::Kind::null) return std::nullopt;
  const std::string* found = scalar(name);
  if (found != nullptr && is_placeholder(*found)) return std::nullopt;
  std::int64_t volume = 0;
  if (found != nullptr && read_number(*found, volume) && volume >= 0) return volume;
  unreadable_.add(figure);
  return std::nullopt;
}

std::optional<std::string> FieldReader::date(std::string_view name, Figure figure) {
  const std::string* found = scalar(name);
  if (found != nullptr && parse_trading_day(*found)) return *found;
  unreadable_.add(figure);
  return std::nullopt;
}

}  // namespace stockclient
