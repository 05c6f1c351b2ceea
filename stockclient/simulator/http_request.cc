#include "stockclient/simulator/http_request.h"

#include <algorithm>
#include <charconv>

#include "stockclient/simulator/text.h"

namespace stockclient::simulator {
namespace {

std::vector<std::pair<std::string, std::string>> parse_parameters(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto [pair, rest] = split_at(query, "&");
    if (!pair.empty()) {
      const auto [name, value] = split_at(pair, "=");
      parameters.emplace_back(percent_decode(name), percent_decode(value));
    }
    query = rest;
  }
  return parameters;
}

/// What the header lines say about the rest of the request.
struct Framing {
  std::size_t content_length = 0;
  bool keep_alive = true;
  int refuse_with = 0;
};

Framing read_framing(std::string_view header_lines, bool http_1_0) {
  Framing framing{.keep_alive = !http_1_0};
  while (!header_lines.empty()) {
    const auto [line, rest] = split_at(header_lines, "\r\n");
    const auto [name, raw_value] = split_at(line, ":");
    const std::string_view value = trim(raw_value);
    if (equals_ignoring_case(name, "Content-Length")) {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), framing.content_length);
      if (error != std::errc() || end != value.data() + value.size()) framing.refuse_with = 400;
      if (framing.content_length > kMaxBodyBytes) framing.refuse_with = 413;
    } else if (equals_ignoring_case(name, "Transfer-Encoding")) {
      framing.refuse_with = 411;
    } else if (equals_ignoring_case(name, "Connection")) {
      if (equals_ignoring_case(value, "close")) framing.keep_alive = false;
      if (equals_ignoring_case(value, "keep-alive")) framing.keep_alive = true;
    }
    header_lines = rest;
  }
  return framing;
}

ParsedRequest refused(int status) {
  ParsedRequest parsed;
  parsed.refuse_with = status;
  return parsed;
}

}  // namespace

std::string_view Request::parameter(std::string_view name) const noexcept {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](auto& p) { return p.first == name; });
  return found == parameters.end() ? std::string_view() : found->second;
}

std::optional<ParsedRequest> parse_request(std::string_view buffer) {
  const std::size_t head_end = buffer.find("\r\n\r\n");
  if (std::min(head_end, buffer.size()) > kMaxHeadBytes) return refused(431);
  if (head_end == std::string_view::npos) return std::nullopt;

  const auto [request_line, header_lines] = split_at(buffer.substr(0, head_end), "\r\n");
  const auto [method, after_method] = split_at(request_line, " ");
  const auto [target, version] = split_at(after_method, " ");
  if (method.empty() || !target.starts_with('/') || !version.starts_with("HTTP/1.")) {
    return refused(400);
  }
  const Framing framing = read_framing(header_lines, version == "HTTP/1.0");
  if (framing.refuse_with != 0) return refused(framing.refuse_with);

  const std::size_t body_start = head_end + 4;
  if (buffer.size() - body_start < framing.content_length) return std::nullopt;

  ParsedRequest parsed;
  const auto [path, query] = split_at(target, "?");
  parsed.request.method = method;
  parsed.request.target = target;
  parsed.request.path = path;
  parsed.request.parameters = parse_parameters(query);
  parsed.request.body = buffer.substr(body_start, framing.content_length);
  parsed.request.keep_alive = framing.keep_alive;
  parsed.consumed = body_start + framing.content_length;
  return parsed;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() &&
               std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
                   text.data() + i + 3) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace stockclient::simulator
