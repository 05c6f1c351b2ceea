#include "service/connection/chunked_body.h"

#include <algorithm>
#include <charconv>

#include "service/connection/http_grammar.h"

namespace service {
namespace {

constexpr RejectedRequest kMalformed{400, "bad_request", "The chunked body is malformed."};
constexpr RejectedRequest kTooLarge{413, "payload_too_large", "The request body is too large."};
constexpr RejectedRequest kTrailers{431, "headers_too_large", "The trailer section is too large."};
constexpr std::size_t kMaxSizeLine = 256;
constexpr std::size_t kMaxSizeDigits = 8;

/// Limit on chunk data and framing together: the framing may be as large as the largest body.
std::size_t max_framed_bytes(const ConnectionSettings& settings) {
  return 2 * settings.max_body_bytes + 2 * kMaxSizeLine;
}

/// One line of the body; `end` is the position after its line feed.
struct Line {
  enum class State { whole, unfinished, too_long, bare_line_feed };
  State state = State::unfinished;
  std::string_view text = {};
  std::size_t end = 0;
};

Scan unfinished(std::size_t wanted) {
  return {.wanted = wanted};
}

Line next_line(std::string_view bytes, std::size_t start, std::size_t limit) {
  const auto window = bytes.substr(start, limit);
  const auto feed = window.find('\n');
  if (feed == std::string_view::npos) {
    return {.state = window.size() == limit ? Line::State::too_long : Line::State::unfinished};
  }
  if (feed == 0 || window[feed - 1] != '\r') return {.state = Line::State::bare_line_feed};
  return {Line::State::whole, window.substr(0, feed - 1), start + feed + 1};
}

/// Parses `chunk-size [ chunk-ext ]`, with at most eight digits, so that nothing overflows.
std::optional<std::size_t> parse_size(std::string_view line) {
  std::size_t size = 0;
  const auto* last = line.data() + std::min(line.size(), kMaxSizeDigits + 1);
  const auto [end, error] = std::from_chars(line.data(), last, size, 16);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (error != std::errc() || digits > kMaxSizeDigits || line.front() == '-') return std::nullopt;
  const auto extension = line.substr(digits);
  if (extension.empty()) return size;
  if (extension.front() != ';' || !http_grammar::is_field_value(extension)) return std::nullopt;
  return size;
}

Scan scan_trailers(std::string_view bytes, std::size_t start, const ConnectionSettings& settings) {
  std::size_t position = start;
  for (std::size_t count = 0;; ++count) {
    const auto used = position - start;
    const auto line = next_line(bytes, position, settings.max_head_bytes - used);
    if (line.state == Line::State::unfinished) return unfinished(start + settings.max_head_bytes);
    if (line.state == Line::State::too_long) return Scan::reject(kTrailers);
    if (line.state == Line::State::bare_line_feed) return Scan::reject(kMalformed);
    position = line.end;
    if (line.text.empty()) return {.state = Scan::State::complete, .size = position};
    if (count == settings.max_headers) return Scan::reject(kTrailers);
    if (!http_grammar::parse_field(line.text)) return Scan::reject(kMalformed);
  }
}

}  // namespace

std::size_t max_chunked_bytes(const ConnectionSettings& settings) noexcept {
  return max_framed_bytes(settings) + settings.max_body_bytes + settings.max_head_bytes;
}

Scan scan_chunked_body(std::string_view bytes, const ConnectionSettings& settings) {
  std::size_t position = 0;
  std::size_t body = 0;
  for (;;) {
    if (position > max_framed_bytes(settings) - kMaxSizeLine) return Scan::reject(kTooLarge);
    const auto line = next_line(bytes, position, kMaxSizeLine);
    if (line.state == Line::State::unfinished) return unfinished(position + kMaxSizeLine);
    if (line.state != Line::State::whole) return Scan::reject(kMalformed);
    const auto size = parse_size(line.text);
    if (!size) return Scan::reject(kMalformed);
    if (*size == 0) return scan_trailers(bytes, line.end, settings);
    if (*size > settings.max_body_bytes - body) return Scan::reject(kTooLarge);
    body += *size;
    const auto data_end = line.end + *size;
    if (bytes.size() > data_end && bytes[data_end] != '\r') return Scan::reject(kMalformed);
    if (bytes.size() > data_end + 1 && bytes[data_end + 1] != '\n') return Scan::reject(kMalformed);
    if (bytes.size() < data_end + 2) {
      return {.wanted = std::max(bytes.size(), data_end) + 1, .at_line_end = false};
    }
    position = data_end + 2;
  }
}

}  // namespace service
