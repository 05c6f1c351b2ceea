#pragma once
/// The HTTP server: many keep-alive connections on a few event loops, cpp-httplib for the protocol.
///
///     ConnectionServer server(settings, {.handler = router, .format_rejection = problem}, clock);
///     server.start();
///     ...
///     server.drain();
///
/// A slow or idle client costs some memory, never a thread. A handler that has to wait returns a
/// `PendingResponse`: its connection is parked, no thread waits, and a client that leaves gives the
/// wait up. A client that shuts only its sending side counts as leaving while it waits.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "circuitbreaker/clock.h"

#include "service/connection/connection_hooks.h"
#include "service/connection/connection_settings.h"

namespace service {

class ConnectionServer {
 public:
  /// Binds and listens, and raises the open-file limit as far as allowed. Throws std::runtime_error
  /// naming the address and the reason, std::invalid_argument for settings out of range.
  /// `clock` times header, idle and write deadlines and outlives the server.
  ConnectionServer(ConnectionSettings settings, const ConnectionHooks& hooks,
                   const circuitbreaker::Clock& clock = circuitbreaker::steady_clock());
  /// Stops.
  ~ConnectionServer();
  ConnectionServer(const ConnectionServer&) = delete;
  ConnectionServer& operator=(const ConnectionServer&) = delete;

  /// Begins to serve, on threads of its own. Once.
  void start();

  /// From any thread, also before `start`.
  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::size_t connections() const noexcept;
  /// What came of the setting: less when the open-file limit allows less.
  [[nodiscard]] std::size_t max_connections() const noexcept;

  /// Takes over the timeouts; everything else stays as it was constructed. A connection's deadline
  /// that has been set already stays. Thread-safe.
  void reconfigure(const ConnectionSettings& settings);

  /// Answers go on, but announce that their connection closes, so that clients move on by
  /// themselves: for the grace before a drain. Thread-safe.
  void announce_drain() noexcept;

  /// Stops accepting, answers every request whose head has arrived, closes, and stops. Returns
  /// whether all of that came to its end within the drain timeout. Takes at least `last_call` of
  /// the server's clock: what clients send on open connections and what has queued up to be
  /// accepted is still answered that long.
  bool drain();

  /// Closes everything at once. Waits for the event loops' threads. Not from a handler.
  void stop();

  /// Makes the loops look at the clock again: for whoever moves it by hand. Thread-safe.
  void look();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace service
