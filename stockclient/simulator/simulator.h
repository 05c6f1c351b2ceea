#pragma once
/// An Alpha Vantage that can be told to fail: for the demo, the tests and the stress test.
///
///     stockclient::Simulator simulator({.latency = 50ms});
///     std::string base_url = "http://127.0.0.1:" + std::to_string(simulator.port());
///
/// Answers `GET /query` in the real service's shapes and words, with prices that depend on nothing
/// but symbol and day. Symbols that start with `UNKNOWN` are unknown. The control endpoints
/// (`PUT /_control/mode`, `GET /_control/mode`, `GET` and `DELETE /_control/calls`) say what goes
/// wrong from now on and what was asked; see control.h.
///
/// One thread serves everything, so a hanging or delayed call costs a socket and no thread.
/// Thread-safety: `port` and `stop` may be called from any thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace stockclient {

struct SimulatorOptions {
  /// On 127.0.0.1; 0 picks a free one.
  std::uint16_t port = 0;
  /// How long every answer takes, unless the mode brings its own latency.
  std::chrono::nanoseconds latency{};
  /// A folder with an INDEX.tsv of recorded answers (see replay.h); empty: none.
  std::string replay_dir{};
  /// Calls let through in any such stretch of time, 1 to 1,000,000; the rest are answered with the
  /// real service's notice.
  std::optional<std::size_t> limit_per_second{};
  std::optional<std::size_t> limit_per_minute{};
  std::optional<std::size_t> limit_per_day{};
  /// The newest bar is for this day or the last trading day before it; empty: today in New York.
  std::optional<std::chrono::sys_days> today{};
};

class Simulator {
 public:
  /// Listens when it returns. Throws `std::runtime_error`, with one clear line, when the port is
  /// taken or the replay folder cannot be read, and `std::invalid_argument` when an option is out
  /// of range.
  explicit Simulator(const SimulatorOptions& options);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Closes every connection, hanging ones too, and ends the thread. May be called repeatedly.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stockclient
