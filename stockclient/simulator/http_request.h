#pragma once
/// As much of an HTTP/1.1 request as the simulator needs.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stockclient::simulator {

struct Request {
  std::string method;
  /// Path and query, as sent.
  std::string target;
  std::string path;
  /// Percent-decoded, in the order sent.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string body;
  bool keep_alive = true;

  /// The first parameter of that name; empty when there is none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;
};

/// The most that head and body of one request may measure, each.
inline constexpr std::size_t kMaxHeadBytes = 64u << 10;
inline constexpr std::size_t kMaxBodyBytes = 64u << 10;

struct ParsedRequest {
  Request request;
  /// Bytes of the buffer that were this request.
  std::size_t consumed = 0;
  /// Not 0: the request cannot be served, this is the status to refuse it with.
  int refuse_with = 0;
};

/// Reads one request from the start of `buffer`; empty while it is not whole yet.
[[nodiscard]] std::optional<ParsedRequest> parse_request(std::string_view buffer);

/// `%41+b` is `A b`; a `%` without two hex digits stays as it is.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace stockclient::simulator
