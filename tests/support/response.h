#pragma once
/// The tests' only parser of HTTP responses.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_support {

/// Header fields in order, as pairs of name and value.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// A complete response.
struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
  /// Time from the first byte sent to the last byte read.
  std::chrono::nanoseconds took{};

  /// The value of the first header of that name, ignoring case; empty if there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// The head of a response, read without copying: the views are valid as long as the bytes exist.
struct ResponseHead {
  int status = 0;
  /// Length of the head in bytes, including the empty line.
  std::size_t size = 0;
  /// Length of the body that follows, in bytes; 0 if the head gives none.
  std::size_t content_length = 0;
  /// Whether the server announces that it closes the connection.
  bool closes = false;
  /// The header lines.
  std::string_view lines;

  /// Length of the complete response, in bytes. `head_only`: whether it answers a HEAD request.
  [[nodiscard]] std::size_t response_size(bool head_only = false) const;
};

/// Reads the head at the start of `bytes`; nothing while it is incomplete. Throws
/// `std::runtime_error` if it is not HTTP/1. Cost: some 150 ns, so that load generators can use it.
[[nodiscard]] std::optional<ResponseHead> parse_head(std::string_view bytes);

/// Reads a response with a Content-Length at the start of `bytes`; nothing while it is incomplete.
/// `head_only`: whether it answers a HEAD request. Throws `std::runtime_error` if it is not HTTP/1.
[[nodiscard]] std::optional<HttpResponse> parse_response(std::string_view bytes,
                                                         bool head_only = false);

}  // namespace test_support
