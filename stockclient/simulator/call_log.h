#pragma once
/// @file
/// A record of the calls that the simulator received.

#include <cstdint>
#include <map>
#include <string>

#include "stockclient/simulator/request.h"

namespace stockclient::simulator {

/// The counts that `GET /_control/calls` returns, and the last request. Counts up to 10,000
/// functions and 10,000 symbols individually; further ones only add to the total. Not thread-safe.
class CallLog {
 public:
  /// Counts the request by its function and by its symbol or keywords.
  void record(const Request& request);
  /// `{"total", "byFunction", "bySymbol", "lastRequest", "inFlight"}`. `in_flight` is the number of
  /// calls whose reply is delayed or hangs. The API key is redacted.
  [[nodiscard]] std::string to_json(std::size_t in_flight) const;

 private:
  std::uint64_t total_ = 0;
  std::map<std::string, std::uint64_t> by_function_;
  std::map<std::string, std::uint64_t> by_symbol_;
  std::string last_request_;
};

/// The request's target, with the API key replaced wherever it occurs.
[[nodiscard]] std::string redacted_target(const Request& request);

}  // namespace stockclient::simulator
