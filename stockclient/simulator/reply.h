#pragma once
/// @file
/// The simulator's reply to a request, and how it is delivered.

#include <chrono>
#include <cstdint>
#include <string>

namespace stockclient::simulator {

/// How a reply leaves.
enum class Delivery : std::uint8_t {
  /// Completely.
  whole,
  /// The head announces the whole body, half of the body follows, and the connection is closed.
  truncated,
  /// Nothing is sent until `HttpServer::reset_hung` resets the connection or the client leaves.
  hang,
  /// The connection is reset (TCP RST) instead.
  reset,
};

/// An HTTP response to be delivered.
struct Reply {
  /// HTTP status code.
  int status = 200;
  /// The `Content-Type` header.
  std::string content_type = "application/json";
  /// Sent unchanged; may be any bytes.
  std::string body{};
  /// Time between the request and its delivery.
  std::chrono::nanoseconds delay{};
  /// How the reply leaves once `delay` is over.
  Delivery delivery = Delivery::whole;
};

}  // namespace stockclient::simulator
