#pragma once
/// @file
/// The simulator's decisions: the reply to every request. Knows nothing of sockets.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "circuitbreaker/clock.h"

#include "stockclient/simulator/behaviour.h"
#include "stockclient/simulator/call_limit.h"
#include "stockclient/simulator/call_log.h"
#include "stockclient/simulator/replay.h"
#include "stockclient/simulator/reply.h"
#include "stockclient/simulator/request.h"
#include "stockclient/simulator/simulator.h"

namespace stockclient::simulator {

/// The operations on connections that the control endpoints need.
struct ConnectionControl {
  /// Resets every connection whose reply hangs.
  std::function<void()> reset_hung;
  /// Returns the number of replies that are delayed or hang.
  std::function<std::size_t()> in_flight;
};

/// Serves the control endpoints. Answers calls according to the limits, the current behaviour and
/// the recordings, and if none of these applies, with invented data. Safe to call from any thread;
/// no lock is held while data are generated or a `ConnectionControl` is called.
class Responder {
 public:
  /// Throws the exceptions that `Simulator` documents. `clock` must outlive the responder.
  Responder(const SimulatorOptions& options, ConnectionControl connections,
            const circuitbreaker::Clock& clock);

  /// Counts the request and returns its reply.
  [[nodiscard]] Reply reply(const Request& request);

 private:
  [[nodiscard]] Reply control(const Request& request);
  [[nodiscard]] Reply answer_mode(const Request& request);
  [[nodiscard]] Reply answer_calls(const Request& request);
  [[nodiscard]] Reply change_mode(const Request& request);
  [[nodiscard]] Reply answer_call(const Request& request);
  /// Counts the call. Returns the throttle notice if a limit is reached, otherwise nothing. Call
  /// with the lock held.
  [[nodiscard]] std::optional<std::string> throttle_locked(const Request& request);
  [[nodiscard]] Reply misbehave(const Request& request, const Behaviour& behaviour,
                                const std::shared_ptr<const Recording>& recording);
  /// A recording if there is one for this request, otherwise invented data.
  [[nodiscard]] Reply healthy(const Request& request);
  [[nodiscard]] std::chrono::sys_days today() const;

  const SimulatorOptions options_;
  const ConnectionControl connections_;
  const circuitbreaker::Clock& clock_;

  std::mutex mutex_;
  std::optional<Replay> replay_;
  std::optional<CallLimit> per_second_;
  std::optional<CallLimit> per_minute_;
  std::optional<CallLimit> per_day_;
  Behaviour behaviour_;
  /// The file that the mode `replay` names; null if it names none.
  std::shared_ptr<const Recording> recording_;
  EvenShare share_{1.0};
  CallLog calls_;
};

}  // namespace stockclient::simulator
