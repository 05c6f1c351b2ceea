#include "stockclient/wire/field_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <system_error>

namespace stockclient {
namespace {

constexpr std::string_view kDigits = "0123456789";

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_without_case(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

/// `05. price` is `price`.
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
                     [text](std::string_view word) { return equal_without_case(text, word); });
}

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

const std::string* FieldReader::find(std::string_view name) {
  const JsonValue* found = nullptr;
  for (const JsonMember& member : object_.children) {
    if (!equal_without_case(without_number(member.key), name)) continue;
    if (found != nullptr) {
      fail("a field is there twice");
      return nullptr;
    }
    found = &member.value;
  }
  if (found == nullptr || found->kind == JsonValue::Kind::null) return nullptr;
  if (found->kind != JsonValue::Kind::string && found->kind != JsonValue::Kind::number) {
    fail("a field is neither text nor a number");
    return nullptr;
  }
  return &found->text;
}

std::string FieldReader::required_text(std::string_view name) {
  const std::string* found = find(name);
  if (found == nullptr || found->empty()) {
    fail("a field that must be there is missing");
    return {};
  }
  return *found;
}

std::string FieldReader::text(std::string_view name) {
  const std::string* found = find(name);
  return found == nullptr ? std::string() : *found;
}

std::optional<Decimal> FieldReader::read_decimal(std::string_view text) {
  if (is_placeholder(text)) return std::nullopt;
  auto decimal = Decimal::parse(text);
  if (!decimal) fail("a figure is not a number");
  return decimal;
}

std::optional<Decimal> FieldReader::figure(std::string_view name) {
  const std::string* found = find(name);
  return found == nullptr ? std::nullopt : read_decimal(*found);
}

std::optional<Decimal> FieldReader::percent(std::string_view name) {
  const std::string* found = find(name);
  if (found == nullptr) return std::nullopt;
  std::string_view text = *found;
  if (text.ends_with('%')) text.remove_suffix(1);
  return read_decimal(text);
}

std::optional<Decimal> FieldReader::price(std::string_view name) {
  auto price = figure(name);
  if (price && price->text().front() == '-') fail("a price is below zero");
  return price;
}

Decimal FieldReader::required_price(std::string_view name) {
  auto price = figure(name);
  if (!price) {
    fail("a price is missing");
    return {};
  }
  if (!price->is_positive()) fail("a price is zero or below");
  return *std::move(price);
}

std::optional<std::int64_t> FieldReader::volume(std::string_view name) {
  const std::string* found = find(name);
  if (found == nullptr || is_placeholder(*found)) return std::nullopt;
  std::int64_t volume = 0;
  if (!read_number(*found, volume) || volume < 0) fail("a volume is not a whole number");
  return volume;
}

std::optional<std::string> FieldReader::date(std::string_view name) {
  const std::string* found = find(name);
  if (found == nullptr || is_placeholder(*found)) return std::nullopt;
  if (!is_date(*found)) fail("a date is no date");
  return *found;
}

bool is_date(std::string_view text) noexcept {
  constexpr std::string_view kForm = "YYYY-MM-DD";
  if (text.size() != kForm.size() || text[4] != '-' || text[7] != '-') return false;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  return text.front() != '-' && read_number(text.substr(0, 4), year) &&
         read_number(text.substr(5, 2), month) && read_number(text.substr(8, 2), day) &&
         std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(day))
             .ok();
}

}  // namespace stockclient
