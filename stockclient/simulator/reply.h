#pragma once
/// An answer, and how it is delivered.

#include <chrono>
#include <cstdint>
#include <string>

namespace stockclient::simulator {

/// `truncated`: the head promises the whole body, half of it comes, the connection closes.
/// `hang`: nothing comes until `HttpLoop::reset_hung`. `reset`: a TCP reset instead of an answer.
enum class Delivery : std::uint8_t { whole, truncated, hang, reset };

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body{};
  /// How long after the request the delivery happens.
  std::chrono::nanoseconds delay{};
  Delivery delivery = Delivery::whole;
};

/// Head and body in one piece, so that they leave in one segment; of a truncated body the first
/// half.
[[nodiscard]] std::string serialize(const Reply& reply, bool keep_alive, bool with_body);

}  // namespace stockclient::simulator
