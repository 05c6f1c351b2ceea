#include "tests/support/response.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "stockclient/domain/ascii.h"

namespace test_support {
namespace {

using stockclient::equal_ignoring_case;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// Calls `visit(name, value)` for each header line.
template <class Visit>
void each_field(std::string_view lines, Visit visit) {
  while (!lines.empty()) {
    const auto end = lines.find(kLineEnd);
    const auto line = lines.substr(0, end);
    const auto colon = std::min(line.find(':'), line.size());
    auto value = line.substr(std::min(colon + 1, line.size()));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    visit(line.substr(0, colon), value);
    lines.remove_prefix(end + kLineEnd.size());
  }
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

std::size_t ResponseHead::response_size(bool head_only) const {
  const bool bodiless = head_only || status < 200;
  return size + (bodiless ? 0 : content_length);
}

std::optional<ResponseHead> parse_head(std::string_view bytes) {
  const auto head_end = bytes.find(kHeadEnd);
  if (head_end == std::string_view::npos) return std::nullopt;
  constexpr std::size_t kStatusStart = 9;
  constexpr std::size_t kStatusEnd = 12;
  if (!bytes.starts_with("HTTP/1.") || head_end < kStatusEnd) {
    throw std::runtime_error("not an HTTP response: " + std::string(bytes.substr(0, 2000)));
  }
  ResponseHead head;
  head.size = head_end + kHeadEnd.size();
  std::from_chars(bytes.data() + kStatusStart, bytes.data() + kStatusEnd, head.status);
  const auto first_line = bytes.find(kLineEnd) + kLineEnd.size();
  head.lines = bytes.substr(first_line, head_end + kLineEnd.size() - first_line);
  each_field(head.lines, [&head](std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "Content-Length")) {
      std::from_chars(value.data(), value.data() + value.size(), head.content_length);
    } else if (equal_ignoring_case(name, "Connection")) {
      head.closes = equal_ignoring_case(value, "close");
    }
  });
  return head;
}

std::optional<HttpResponse> parse_response(std::string_view bytes, bool head_only) {
  const auto head = parse_head(bytes);
  if (!head || bytes.size() < head->response_size(head_only)) return std::nullopt;
  HttpResponse response{.status = head->status, .headers = {}, .body = {}};
  each_field(head->lines, [&response](std::string_view name, std::string_view value) {
    response.headers.emplace_back(name, value);
  });
  response.body = bytes.substr(head->size, head->response_size(head_only) - head->size);
  return response;
}

}  // namespace test_support
