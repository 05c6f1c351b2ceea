#pragma once
/// @file
/// The simulator's reply to a request, and how it is delivered.

#include <chrono>
#include <cstdint>
#include <string>

namespace stockclient::simulator {

/// How a reply is sent.
enum class Delivery : std::uint8_t {
  /// The complete reply is sent.
  whole,
  /// The head announces the whole body, half of the body follows, and the connection is closed.
  truncated,
  /// Nothing is sent until `HttpServer::reset_hung` resets the connection or the client closes it.
  hang,
  /// The connection is reset (TCP RST) instead of answered.
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
  /// Time between the request and the reply.
  std::chrono::nanoseconds delay{};
  /// How the reply is sent once `delay` is over.
  Delivery delivery = Delivery::whole;
};

}  // namespace stockclient::simulator
