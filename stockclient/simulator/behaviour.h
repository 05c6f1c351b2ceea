#pragma once
/// @file
/// How the simulator treats calls: the body of `PUT /_control/mode`.
///
///     {"mode": "replay", "latency": "50ms", "fraction": 0.5, "file": "errors/x.json",
///      "status": 503, "function": "GLOBAL_QUOTE"}
///
/// Only `mode` is required. A member that is null counts as absent.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace stockclient::simulator {

/// The ways to answer a call. The names in JSON have `-` instead of `_`; behaviour.cc lists them in
/// the same order.
enum class FaultMode : std::uint8_t {
  /// Answers as a healthy Alpha Vantage does.
  ok,
  /// Like `ok`, but the answer takes 2 s unless `latency` says otherwise.
  slow,
  /// Sends nothing until another mode is set, then resets the connection.
  hang,
  /// Status 500 with a JSON body.
  error,
  /// Resets the connection (TCP RST) instead of answering.
  reset,
  /// Status 200 with bytes that are neither JSON nor UTF-8.
  garbage,
  /// Sends half of the body that Content-Length announces, then closes the connection.
  truncated,
  /// Status 200 without a body.
  empty,
  /// Status 200 with an HTML page.
  html,
  /// Data of the correct shape, with a price of zero.
  data_fault,
  /// Data of the correct shape, but for a symbol other than the requested one.
  wrong_symbol,
  /// The notice that only one call a second is allowed.
  throttle_second,
  /// The notice that the per-minute limit has been reached.
  throttle_minute,
  /// The notice that the daily limit has been reached. It contains the API key, as the real one
  /// does.
  throttle_day,
  /// Status 429 with an HTML page.
  status_429,
  /// Status 403 with an HTML page.
  status_403,
  /// The message that the API key is invalid or missing.
  bad_key,
  /// The notice that this is a premium endpoint.
  premium,
  /// Answers with `file` from the replay folder; without `file`, as specified by INDEX.tsv.
  replay,
};

/// A mode and its details. Calls to which it does not apply are answered as in `ok`.
struct Behaviour {
  /// How calls are answered.
  FaultMode mode = FaultMode::ok;
  /// The latency of replies. Empty: that of the simulator's options, or of the mode `slow`.
  std::optional<std::chrono::nanoseconds> latency;
  /// The fraction of calls to which the mode applies, from 0 to 1, evenly distributed.
  double fraction = 1.0;
  /// The upstream function to which the mode applies, such as `GLOBAL_QUOTE`. Empty: every
  /// function.
  std::string function;
  /// For the mode `replay`: a path relative to the replay folder.
  std::string file;
  /// Replaces the mode's HTTP status; from 200 to 599.
  std::optional<int> status;
};

/// Parses the body of `PUT /_control/mode`. The error is one sentence that names the invalid
/// member.
[[nodiscard]] circuitbreaker::expected<Behaviour, std::string> parse_behaviour(
    std::string_view json);
/// Formats a behaviour as JSON with every member; `parse_behaviour` reads it back.
[[nodiscard]] std::string to_json(const Behaviour& behaviour);

/// Selects a fraction of the calls, as evenly as possible and without randomness. Not thread-safe.
class EvenShare {
 public:
  /// Selects `fraction` of the calls, from 0 to 1.
  explicit EvenShare(double fraction) noexcept : fraction_(fraction) {}
  /// Returns whether the next call is selected.
  [[nodiscard]] bool next() noexcept;

 private:
  double fraction_;
  double owed_ = 0;
};

}  // namespace stockclient::simulator
