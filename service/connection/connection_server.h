#pragma once
/// The HTTP server.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "circuitbreaker/clock.h"

#include "service/connection/connection_hooks.h"
#include "service/connection/connection_settings.h"

namespace service {

/// Serves many keep-alive connections on a few event loops, with cpp-httplib for the protocol.
///
///     ConnectionServer server(settings, {.handler = router, .format_rejection = problem}, clock);
///     server.start();
///     ...
///     server.drain();
///
/// A slow or idle client costs some memory, never a thread. A handler that has to wait returns a
/// `PendingResponse`: the connection is parked without occupying a thread, and the wait is
/// abandoned when the client leaves. A client that shuts down its sending side while it waits
/// counts as having left. Thread-safety: `start`, `drain` and `stop` are called from one thread,
/// and never from a handler; everything else may be called from any thread.
class ConnectionServer {
 public:
  /// Binds and listens, and raises the open-file limit as far as allowed. Throws a
  /// std::runtime_error that names the address and the reason, or std::invalid_argument for
  /// settings that are out of range. `clock` measures the connections' deadlines and outlives the
  /// server.
  ConnectionServer(ConnectionSettings settings, const ConnectionHooks& hooks,
                   const circuitbreaker::Clock& clock = circuitbreaker::steady_clock());
  /// Calls `stop`.
  ~ConnectionServer();
  ConnectionServer(const ConnectionServer&) = delete;
  ConnectionServer& operator=(const ConnectionServer&) = delete;

  /// Starts serving on the server's own threads. Call once.
  void start();

  /// The port that the server listens on; valid before `start` too.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Number of connections that are open now.
  [[nodiscard]] std::size_t connections() const noexcept;
  /// The limit in force: the configured one, or less if the open-file limit requires it.
  [[nodiscard]] std::size_t max_connections() const noexcept;

  /// Applies the timeouts of `settings`; nothing else can change while the server runs. Deadlines
  /// that are already set stay as they are.
  void reconfigure(const ConnectionSettings& settings);

  /// Begins the grace period before a drain: requests are answered as before, but each answer says
  /// that its connection closes, so that clients move elsewhere of their own accord.
  void announce_drain() noexcept;

  /// Stops accepting, answers every request whose head has arrived, ends streamed bodies, closes
  /// the connections, and stops. Returns whether all of that finished within the drain timeout.
  /// Takes at least `last_call` on the server's clock. During that time, the server still answers
  /// requests on open connections and on those that wait to be accepted.
  bool drain();

  /// Closes every connection immediately and waits for the event loops' threads.
  void stop();

  /// Makes the event loops read the clock again; for tests that have moved their clock.
  void look();

 private:
  struct ServerState;
  std::unique_ptr<ServerState> state_;
};

}  // namespace service
