#include "service/connection/answer_writer.h"

#include <algorithm>
#include <array>

#include "service/connection/http_grammar.h"

namespace service {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append(kLineEnd);
}

/// Seconds since the epoch, good to some milliseconds, for 5 ns.
std::time_t coarse_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec;
}

}  // namespace

void AnswerWriter::append_date(std::string& out) {
  const auto now = coarse_now();
  if (now != second_) {
    second_ = now;
    std::tm fields{};
    gmtime_r(&now, &fields);
    // RFC 9110 section 5.6.7 wants these names whatever the locale.
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 64> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n",
                      days[static_cast<std::size_t>(fields.tm_wday)], fields.tm_mday,
                      months[static_cast<std::size_t>(fields.tm_mon)], fields.tm_year + 1900,
                      fields.tm_hour, fields.tm_min, fields.tm_sec);
    date_line_.assign(text.data(), static_cast<std::size_t>(length));
  }
  out.append(date_line_);
}

void AnswerWriter::finish(const HttpResponse& response, const AnswerTraits& traits,
                          std::string& out) {
  if (out.ends_with("\r\n\r\n")) out.resize(out.size() - kLineEnd.size());
  append_date(out);
  const bool has_body = response.body && AnswerWriter::has_content_length(response.status);
  if (has_body && !response.content_type.empty()) {
    append_field("Content-Type", response.content_type, out);
  }
  response.each_header([&out](const std::string& name, const std::string& value) {
    if (http_grammar::is_token(name) && http_grammar::is_field_value(value)) {
      append_field(name, value, out);
    }
  });
  if (!traits.keep_alive) {
    append_field("Connection", "close", out);
  } else if (traits.http_1_0) {
    append_field("Connection", "keep-alive", out);
  }
  out.append(kLineEnd);
  if (has_body && !traits.head_only) out.append(*response.body);
}

}  // namespace service
