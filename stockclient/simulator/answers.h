#pragma once
/// What a healthy Alpha Vantage says, in its shapes.

#include <chrono>
#include <string>
#include <string_view>

#include "stockclient/simulator/http_request.h"

namespace stockclient::simulator {

/// Ways in which data can be wrong though their shape is right.
struct Distortion {
  /// Prices of zero.
  bool zero_price = false;
  /// Another symbol's data.
  bool wrong_symbol = false;
};

/// The body for one `GET /query`; always a JSON object, always status 200.
[[nodiscard]] std::string answer_query(const Request& request, std::chrono::sys_days today,
                                       Distortion distortion = {});

/// What a call asks about: its symbol, or for a search its keywords.
[[nodiscard]] std::string_view asked_about(const Request& request) noexcept;

}  // namespace stockclient::simulator
