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

/// A whole response.
struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
  /// From the first byte sent to the last byte read.
  std::chrono::nanoseconds took{};

  /// The value of the first header of that name, ignoring case; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// The head of a response, read without copying: the views are valid as long as the bytes.
struct ResponseHead {
  int status = 0;
  /// Bytes of the head, the empty line included.
  std::size_t size = 0;
  /// Bytes of the body that follows; 0 when the head names none.
  std::size_t content_length = 0;
  /// Whether the server announces that it closes the connection.
  bool closes = false;
  /// The header lines.
  std::string_view lines;

  /// Bytes of the whole response. `head_only`: it answers HEAD.
  [[nodiscard]] std::size_t response_size(bool head_only = false) const;
};

/// Reads the head at the start of `bytes`; nothing while it is incomplete. Throws
/// `std::runtime_error` when it is not HTTP/1. Cost: some 150 ns, so that load generators can use
/// it.
[[nodiscard]] std::optional<ResponseHead> parse_head(std::string_view bytes);

/// Reads a response with a Content-Length at the start of `bytes`; nothing while it is incomplete.
/// `head_only`: it answers HEAD. Throws `std::runtime_error` when it is not HTTP/1.
[[nodiscard]] std::optional<HttpResponse> parse_response(std::string_view bytes,
                                                         bool head_only = false);

}  // namespace test_support
