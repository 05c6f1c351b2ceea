#pragma once
/// @file
/// The answers of a healthy Alpha Vantage, in its own format and wording.

#include <chrono>
#include <string>
#include <string_view>

#include "stockclient/simulator/request.h"

namespace stockclient::simulator {

/// Faults in data that have the correct shape.
struct Distortion {
  /// All prices are zero.
  bool zero_price = false;
  /// The data are for a symbol other than the requested one.
  bool wrong_symbol = false;
};

/// The body of the answer to one `GET /query`: a JSON object, sent with status 200. Depends only on
/// the arguments. The newest data are for `today` or the last trading day before it.
[[nodiscard]] std::string answer_query(const Request& request, std::chrono::sys_days today,
                                       Distortion distortion = {});

/// The subject of a call: its symbol or, for a search, its keywords. Empty if it has neither.
[[nodiscard]] std::string_view subject_of(const Request& request) noexcept;

}  // namespace stockclient::simulator
