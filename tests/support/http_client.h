#pragma once
/// A tiny HTTP/1.1 client for tests: it sends exactly what it is told to, so that hostile bytes
/// arrive as they are, and a call is two steps, so that one thread can have hundreds under way.
///
///     HttpCall call(port, "GET", "/stocks/IBM");
///     HttpResponse response = call.response();

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/eventually.h"

namespace test_support {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
  /// From the first byte sent to the last byte read.
  std::chrono::nanoseconds took{};

  /// The first header of that name, ignoring case; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// One request on a connection of its own. Every failure is a `std::runtime_error`.
class HttpCall {
 public:
  /// Connects to 127.0.0.1:`port` and sends the request.
  HttpCall(std::uint16_t port, std::string_view method, std::string_view target,
           std::string_view body = {}, const Headers& headers = {});
  ~HttpCall();
  HttpCall(HttpCall&& other) noexcept;
  HttpCall& operator=(HttpCall&&) = delete;

  /// Waits for the whole answer.
  [[nodiscard]] HttpResponse response(std::chrono::milliseconds patience = kPatience);

 private:
  int fd_ = -1;
  std::string method_;
  std::string target_;
  std::chrono::steady_clock::time_point started_;
};

[[nodiscard]] HttpResponse http_get(std::uint16_t port, std::string_view target);
[[nodiscard]] HttpResponse http_request(std::uint16_t port, std::string_view method,
                                        std::string_view target, std::string_view body = {});

/// Sends these bytes and returns every byte that comes back until the connection ends.
[[nodiscard]] std::string exchange_raw(std::uint16_t port, std::string_view bytes,
                                       std::chrono::milliseconds patience = kPatience);

/// Reads one response with a Content-Length from the start of `bytes`; empty while it is not whole.
/// `head_only`: the answer to HEAD. Throws `std::runtime_error` when it is no HTTP.
[[nodiscard]] std::optional<HttpResponse> parse_response(std::string_view bytes,
                                                         bool head_only = false);

}  // namespace test_support
