#pragma once
/// A small HTTP/1.1 client for tests. It sends exactly the bytes that it is given, so that
/// malformed requests arrive unchanged. Sending and receiving are separate steps, so that one
/// thread can have hundreds of calls in progress.
///
///     HttpCall call(port, "GET", "/stocks/IBM");
///     HttpResponse response = call.response();

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/eventually.h"
#include "tests/support/raw_connection.h"
#include "tests/support/response.h"

namespace test_support {

/// A single request on its own connection. Every failure is a `std::runtime_error`.
class HttpCall {
 public:
  /// Connects to 127.0.0.1:`port` and sends the request.
  HttpCall(std::uint16_t port, std::string_view method, std::string_view target,
           std::string_view body = {}, const Headers& headers = {});
  /// Waits for the complete response.
  [[nodiscard]] HttpResponse response(std::chrono::milliseconds patience = kPatience);

 private:
  using Clock = std::chrono::steady_clock;

  RawConnection connection_;
  std::string method_;
  std::string target_;
  Clock::time_point started_;
};

/// Sends a GET request and waits for the response.
[[nodiscard]] HttpResponse http_get(std::uint16_t port, std::string_view target);
/// Sends a request and waits for the response.
[[nodiscard]] HttpResponse http_request(std::uint16_t port, std::string_view method,
                                        std::string_view target, std::string_view body = {});

/// Sends these bytes on a new connection and returns everything received until it ends.
[[nodiscard]] std::string exchange_raw(std::uint16_t port, std::string_view bytes,
                                       std::chrono::milliseconds patience = kPatience);

}  // namespace test_support
