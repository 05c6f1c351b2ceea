#include "service/json/time_text.h"

#include <algorithm>

namespace service {
namespace {

void append_digits(std::string& text, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

std::string up_to_seconds(stockclient::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::string text;
  append_digits(text, static_cast<int>(date.year()), 4);
  text += '-';
  append_digits(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_digits(text, clock.hours().count(), 2);
  text += ':';
  append_digits(text, clock.minutes().count(), 2);
  text += ':';
  append_digits(text, clock.seconds().count(), 2);
  return text;
}

}  // namespace

std::string rfc3339(stockclient::WallTime time) {
  return up_to_seconds(time) + "Z";
}

std::string rfc3339_milliseconds(stockclient::WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  std::string text = up_to_seconds(time) + ".";
  append_digits(text, std::chrono::floor<std::chrono::milliseconds>(time - whole).count(), 3);
  return text + "Z";
}

std::int64_t retry_after_seconds(std::chrono::nanoseconds wait) {
  return std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count(), 1);
}

}  // namespace service
