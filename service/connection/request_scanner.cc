#include "service/connection/request_scanner.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "service/connection/chunked_body.h"
#include "service/connection/http_grammar.h"
#include "service/connection/withheld_fields.h"
#include "stockclient/domain/ascii.h"

namespace service {
namespace {

namespace grammar = http_grammar;
using stockclient::equal_ignoring_case;

constexpr std::string_view kLineEnd = "\r\n";

constexpr RejectedRequest bad(std::string_view detail) {
  return {400, "bad_request", detail};
}
constexpr RejectedRequest kUriTooLong{414, "uri_too_long", "The request target is too long."};
constexpr RejectedRequest kHeadersTooLarge{431, "headers_too_large",
                                           "The header section is too large."};
constexpr RejectedRequest kBodyTooLarge{413, "payload_too_large", "The request body is too large."};
constexpr RejectedRequest kMethod{501, "unsupported", "The request method is not supported."};
constexpr RejectedRequest kVersion{501, "unsupported", "The HTTP version is not supported."};
constexpr RejectedRequest kCoding{501, "unsupported", "The transfer coding is not supported."};

/// Bytes reserved for the parts of a request line other than its target: method, version, spaces,
/// line end.
constexpr std::size_t kRequestLineRest = 64;

/// The methods that cpp-httplib parses, except those that only proxies use.
constexpr std::array<std::string_view, 7> kMethods{"GET",    "HEAD",    "POST", "PUT",
                                                   "DELETE", "OPTIONS", "PATCH"};

/// The part of the target after `scheme://`; nothing if the target is not in absolute form.
std::optional<std::string_view> behind_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      return target.substr(scheme.size());
    }
  }
  return std::nullopt;
}

}  // namespace

/// Facts about the framing, collected from the head line by line.
struct RequestScanner::Framing {
  std::size_t hosts = 0;
  std::size_t fields = 0;
  std::optional<std::size_t> content_length;
  bool chunked = false;
  bool later_version = false;
  bool absolute_form = false;
  bool close = false;
  bool stay = false;
  bool expects_continue = false;
};

std::size_t RequestScanner::max_request_bytes() const noexcept {
  return settings_.max_head_bytes +
         std::max(settings_.max_body_bytes, max_chunked_bytes(settings_)) + 2;
}

Scan RequestScanner::scan(std::string_view bytes) {
  // RFC 9112 section 2.2: one empty line before a request is ignored; more than one is an error.
  if (bytes.starts_with("\r\n")) return scan_head(bytes, 2);
  if (bytes.empty() || bytes == "\r") return {.wanted = bytes.size() + 1};
  return scan_head(bytes, 0);
}

Scan RequestScanner::scan_head(std::string_view bytes, std::size_t start) {
  request_.headers.clear();
  request_.forwarded.clear();
  request_.http_1_0 = false;
  Framing framing;
  const std::size_t head_limit = start + settings_.max_head_bytes;
  const std::size_t line_limit =
      std::min(head_limit, start + settings_.max_target_bytes + kRequestLineRest);
  for (std::size_t position = start;;) {
    const bool request_line = position == start;
    const std::size_t limit = request_line ? line_limit : head_limit;
    const auto window = bytes.substr(position, limit - position);
    const auto feed = window.find('\n');
    if (feed == std::string_view::npos) {
      if (bytes.size() < limit) return {.wanted = limit};
      return Scan::reject(request_line ? kUriTooLong : kHeadersTooLarge);
    }
    if (feed == 0 || window[feed - 1] != '\r')
      return Scan::reject(bad("A line must end in CR LF."));
    const auto line = window.substr(0, feed - 1);
    position += feed + 1;
    if (line.empty() && !request_line) {
      if (auto rejection = check_head(framing)) return Scan::reject(*rejection);
      return scan_body(bytes, position, framing);
    }
    auto rejection = request_line ? read_request_line(line, framing) : read_field(line, framing);
    if (rejection) return Scan::reject(*rejection);
  }
}

std::optional<RejectedRequest> RequestScanner::read_request_line(std::string_view line,
                                                                 Framing& framing) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad("The request line is malformed.");
  request_.method = line.substr(0, first);
  const auto version = line.substr(last + 1);
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!grammar::is_token(request_.method) || version.size() != 8 || !version.starts_with("HTTP/") ||
      !digit(version[5]) || version[6] != '.' || !digit(version[7])) {
    return bad("The request line is malformed.");
  }
  if (version[5] != '1') return kVersion;
  request_.http_1_0 = version[7] == '0';
  framing.later_version = version[7] > '1';
  if (std::find(kMethods.begin(), kMethods.end(), request_.method) == kMethods.end()) {
    return kMethod;
  }
  if (auto rejection = read_target(line.substr(first + 1, last - first - 1), framing)) {
    return rejection;
  }
  forward_request_line(line, framing);
  return std::nullopt;
}

std::optional<RejectedRequest> RequestScanner::read_target(std::string_view target,
                                                           Framing& framing) {
  if (target.size() > settings_.max_target_bytes) return kUriTooLong;
  if (!grammar::is_target(target)) return bad("The request target is malformed.");
  if (const auto rest = behind_scheme(target)) {
    // RFC 9112 section 3.2.2: a server must accept the absolute form, whose authority replaces the
    // Host header.
    const auto authority = rest->substr(0, rest->find_first_of("/?"));
    if (authority.empty() || !grammar::is_authority(authority)) {
      return bad("The request target is malformed.");
    }
    framing.absolute_form = true;
    request_.headers.emplace_back("Host", authority);
    target = rest->substr(authority.size());
  } else if (!target.starts_with('/') && !(target == "*" && request_.method == "OPTIONS")) {
    return bad("The request target is malformed.");
  }
  const auto mark = std::min(target.find('?'), target.size());
  request_.path = mark == 0 ? std::string_view("/") : target.substr(0, mark);
  request_.query = target.substr(std::min(mark + 1, target.size()));
  return std::nullopt;
}

std::optional<RejectedRequest> RequestScanner::read_field(std::string_view line, Framing& framing) {
  if (++framing.fields > settings_.max_headers) return kHeadersTooLarge;
  const auto field = grammar::parse_field(line);
  if (!field) return bad("A header line is malformed.");
  // CGI-like readers treat `X_Name` and `X-Name` as the same name, so names with underscores are
  // dropped. This also drops REMOTE_ADDR, REMOTE_PORT, LOCAL_ADDR and LOCAL_PORT, which cpp-httplib
  // would trust more than the socket (CVE-2025-66570).
  if (field->name.find('_') != std::string_view::npos) return std::nullopt;
  if (auto rejection = read_known_field(field->name, field->value, framing)) return rejection;
  if (framing.absolute_form && equal_ignoring_case(field->name, "Host")) {
    return std::nullopt;
  }
  request_.headers.emplace_back(field->name, field->value);
  const auto size = line.size() + kLineEnd.size();
  if (size <= kMaxForwardedLine && !is_withheld(field->name)) forward({line.data(), size});
  return std::nullopt;
}

std::optional<RejectedRequest> RequestScanner::read_known_field(std::string_view name,
                                                                std::string_view value,
                                                                Framing& framing) {
  auto is = [name](std::string_view other) { return equal_ignoring_case(name, other); };
  switch (name.size()) {
    case 4:
      if (is("Host") && (++framing.hosts > 1 || !grammar::is_authority(value))) {
        return bad("The Host header is malformed or repeated.");
      }
      break;
    case 6:
      if (is("Expect")) framing.expects_continue |= grammar::list_has(value, "100-continue");
      break;
    case 10:
      if (is("Connection")) {
        framing.close |= grammar::list_has(value, "close");
        framing.stay |= grammar::list_has(value, "keep-alive");
      }
      break;
    case 14:
      if (is("Content-Length")) {
        if (framing.content_length) return bad("Content-Length is repeated.");
        std::size_t length = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), length);
        if (value.empty() || value.front() == '-' || end != value.data() + value.size()) {
          return bad("Content-Length is malformed.");
        }
        if (error != std::errc() || length > settings_.max_body_bytes) return kBodyTooLarge;
        framing.content_length = length;
      }
      break;
    case 17:
      if (is("Transfer-Encoding")) {
        if (framing.chunked) return bad("Transfer-Encoding is repeated.");
        if (!equal_ignoring_case(value, "chunked")) return kCoding;
        framing.chunked = true;
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<RejectedRequest> RequestScanner::check_head(const Framing& framing) {
  if (framing.hosts == 0 && !framing.absolute_form && !request_.http_1_0) {
    return bad("The Host header is missing.");
  }
  if (framing.chunked && framing.content_length) {
    return bad("Content-Length and Transfer-Encoding exclude each other.");
  }
  if (framing.chunked && request_.http_1_0)
    return bad("HTTP/1.0 does not support Transfer-Encoding.");
  request_.keep_alive = !framing.close && (!request_.http_1_0 || framing.stay);
  return std::nullopt;
}

Scan RequestScanner::scan_body(std::string_view bytes, std::size_t head_size,
                               const Framing& framing) {
  Scan scan{.state = Scan::State::complete, .size = head_size};
  if (framing.chunked) {
    scan = scan_chunked_body(bytes.substr(head_size), settings_);
    scan.size += head_size;
    scan.wanted += head_size;
  } else if (framing.content_length) {
    scan.size += *framing.content_length;
    if (bytes.size() < scan.size) {
      scan = {.wanted = scan.size, .at_line_end = false};
    }
  }
  scan.expects_continue = framing.expects_continue && !request_.http_1_0;
  // The empty line that ends the head, followed by the body.
  const auto rest = head_size - kLineEnd.size();
  if (scan.state == Scan::State::complete) forward(bytes.substr(rest, scan.size - rest));
  return scan;
}

void RequestScanner::forward_request_line(std::string_view line, const Framing& framing) {
  const bool ambiguous_query = request_.query.find('?') != std::string_view::npos;
  if (!framing.absolute_form && !framing.later_version && !ambiguous_query) {
    forward({line.data(), line.size() + kLineEnd.size()});
    return;
  }
  request_line_.assign(request_.method).append(" ").append(request_.path);
  if (!request_.query.empty() && !ambiguous_query) request_line_.append("?").append(request_.query);
  request_line_.append(request_.http_1_0 ? " HTTP/1.0" : " HTTP/1.1").append(kLineEnd);
  forward(request_line_);
}

/// Merges adjacent bytes into one piece.
void RequestScanner::forward(std::string_view bytes) {
  auto& pieces = request_.forwarded;
  if (!pieces.empty() && pieces.back().data() + pieces.back().size() == bytes.data()) {
    pieces.back() = {pieces.back().data(), pieces.back().size() + bytes.size()};
  } else {
    pieces.push_back(bytes);
  }
}

}  // namespace service
