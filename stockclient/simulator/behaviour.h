#pragma once
/// What the simulator does with calls: the body of `PUT /_control/mode`.
///
///     {"mode": "hang", "latency": "50ms", "fraction": 0.5, "file": "errors/x.json", "status": 503}
///
/// Only `mode` is required.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace stockclient::simulator {

/// In the order of their names in behaviour.cc.
enum class Mode : std::uint8_t {
  ok,
  /// As ok, after 2 s unless `latency` says otherwise.
  slow,
  /// No answer at all until the mode changes; then a TCP reset.
  hang,
  /// 500 with a JSON body.
  error,
  /// A TCP reset instead of an answer.
  reset,
  /// 200 with bytes that are not JSON and not UTF-8.
  garbage,
  /// Half of the body that Content-Length promised, then the end of the connection.
  truncated,
  /// 200 with no body.
  empty,
  /// 200 with an HTML page.
  html,
  /// The right shape with a price of zero.
  data_fault,
  /// The right shape, for a symbol that nobody asked for.
  wrong_symbol,
  /// The real service's notices. The day's echoes the key.
  throttle_second,
  throttle_minute,
  throttle_day,
  status_429,
  status_403,
  bad_key,
  premium,
  /// `file` of the replay folder for every call; without `file`, what INDEX.tsv says.
  replay,
};

struct Behaviour {
  Mode mode = Mode::ok;
  std::optional<std::chrono::nanoseconds> latency;
  /// 0 to 1: the share of calls that the mode applies to, spread evenly; the others are answered as
  /// in `ok`.
  double fraction = 1.0;
  /// Within the replay folder.
  std::string file;
  /// Replaces the status that the mode would answer with; 200 to 599.
  std::optional<int> status;
};

/// The error is one sentence that names what is wrong.
[[nodiscard]] circuitbreaker::expected<Behaviour, std::string> parse_behaviour(
    std::string_view json);
[[nodiscard]] std::string to_json(const Behaviour& behaviour);

/// Picks `fraction` of the calls, as evenly as possible and without randomness.
class Share {
 public:
  explicit Share(double fraction) noexcept : fraction_(fraction) {}
  [[nodiscard]] bool next() noexcept;

 private:
  double fraction_;
  double owed_ = 0;
};

}  // namespace stockclient::simulator
