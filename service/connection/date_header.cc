#include "service/connection/date_header.h"

#include <array>
#include <cstdio>

namespace service {
namespace {

std::time_t coarse_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec;
}

std::string imf_fixdate(std::time_t time) {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm fields{};
  gmtime_r(&time, &fields);
  std::array<char, 64> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
                    days[static_cast<std::size_t>(fields.tm_wday)], fields.tm_mday,
                    months[static_cast<std::size_t>(fields.tm_mon)], fields.tm_year + 1900,
                    fields.tm_hour, fields.tm_min, fields.tm_sec);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

const std::string& DateHeader::value() {
  const auto now = coarse_now();
  if (now != second_) {
    second_ = now;
    text_ = imf_fixdate(now);
  }
  return text_;
}

}  // namespace service
