#pragma once
/// Decides what each request is answered with: the control endpoints, the limits, the mode, the
/// recordings and the made-up data. Knows nothing of sockets.

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "circuitbreaker/clock.h"

#include "stockclient/simulator/behaviour.h"
#include "stockclient/simulator/call_limit.h"
#include "stockclient/simulator/call_log.h"
#include "stockclient/simulator/http_loop.h"
#include "stockclient/simulator/replay.h"
#include "stockclient/simulator/simulator.h"

namespace stockclient::simulator {

/// What the control endpoints need of the connections.
struct Wire {
  std::function<void()> reset_hung;
  std::function<std::size_t()> in_flight;
};

/// Not thread-safe: the loop's thread only.
class Exchange {
 public:
  /// Throws as `Simulator` does. `clock` must outlive it.
  Exchange(const SimulatorOptions& options, Wire wire, const circuitbreaker::Clock& clock);

  [[nodiscard]] Reply handle(const Request& request);

 private:
  [[nodiscard]] Reply control(const Request& request);
  [[nodiscard]] Reply change_mode(const Request& request);
  [[nodiscard]] Reply answer_call(const Request& request);
  /// The throttle notice when a limit is reached; otherwise counts the call.
  [[nodiscard]] std::optional<std::string> refusal(const Request& request);
  [[nodiscard]] Reply misbehave(const Request& request);
  /// From the recordings, else made up.
  [[nodiscard]] Reply healthy(const Request& request);
  [[nodiscard]] std::chrono::sys_days today() const;

  SimulatorOptions options_;
  Wire wire_;
  const circuitbreaker::Clock& clock_;
  std::optional<Replay> replay_;
  /// The file of the mode `replay`.
  std::optional<Recording> recording_;
  std::optional<CallLimit> per_second_;
  std::optional<CallLimit> per_minute_;
  std::optional<CallLimit> per_day_;
  Behaviour behaviour_;
  Share share_{1.0};
  CallLog calls_;
};

}  // namespace stockclient::simulator
