#pragma once
/// @file
/// An Alpha Vantage that can be told to fail, for the demo, the tests and the stress test.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace stockclient {

/// The settings of a `Simulator`.
struct SimulatorOptions {
  /// The port on 127.0.0.1; 0 picks a free port.
  std::uint16_t port = 0;
  /// Latency of every reply unless the mode sets another.
  std::chrono::nanoseconds latency{};
  /// A folder of recorded answers with an INDEX.tsv (see replay.h). Empty: no recordings.
  std::string replay_dir{};
  /// Calls allowed in any second, from 1 to 1,000,000. Further calls get the real service's notice.
  /// Empty: no limit.
  std::optional<std::size_t> limit_per_second{};
  /// Calls allowed in any 60 seconds; see `limit_per_second`.
  std::optional<std::size_t> limit_per_minute{};
  /// Calls allowed in any 24 hours; see `limit_per_second`.
  std::optional<std::size_t> limit_per_day{};
  /// The day of the newest bar, or the last trading day before it. Empty: today in New York.
  std::optional<std::chrono::sys_days> today{};
};

/// A simulated Alpha Vantage on the loopback interface.
///
///     stockclient::Simulator simulator({.latency = 50ms});
///     std::string base_url = "http://127.0.0.1:" + std::to_string(simulator.port());
///
/// It answers `GET /query` in the format and wording of the real service. Prices depend only on
/// symbol and day; symbols that start with `UNKNOWN` are unknown. `PUT /_control/mode` makes calls
/// fail from then on (see behaviour.h for the modes), `GET /_control/mode` returns the current
/// mode, and `GET` and `DELETE /_control/calls` return and reset the counts of calls (see
/// call_log.h).
///
/// Each connection uses a thread, of which there are at most 1,024. Thread safety: `port` and
/// `stop` may be called from any thread.
class Simulator {
 public:
  /// Returns once it accepts connections. Throws `std::runtime_error` with a one-line message if
  /// the port is in use or the replay folder cannot be read, and `std::invalid_argument` if an
  /// option is out of range.
  explicit Simulator(const SimulatorOptions& options);
  /// Calls `stop`.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// The port that the simulator listens on.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Closes every connection, including those that hang, and ends the threads. May be called
  /// repeatedly.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stockclient
