#pragma once
/// What was asked of the simulator: the body of `GET /_control/calls`.

#include <cstdint>
#include <map>
#include <string>

#include "stockclient/simulator/http_request.h"

namespace stockclient::simulator {

/// Counts at most 10,000 functions and as many symbols apart; what comes later counts in `total`
/// alone.
class CallLog {
 public:
  void record(const Request& request);
  /// `in_flight`: calls that wait for their answer now. The key is redacted.
  [[nodiscard]] std::string to_json(std::size_t in_flight) const;

 private:
  std::uint64_t total_ = 0;
  std::map<std::string, std::uint64_t> by_function_;
  std::map<std::string, std::uint64_t> by_symbol_;
  std::string last_request_;
};

/// The request's target without the key's value, wherever in it that stands.
[[nodiscard]] std::string redacted_target(const Request& request);

}  // namespace stockclient::simulator
