#pragma once
/// @file
/// The simulator's HTTP server: cpp-httplib with replies that can be delayed, hang, be cut off or
/// be reset.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "stockclient/simulator/reply.h"
#include "stockclient/simulator/request.h"

namespace stockclient::simulator {

/// An HTTP/1.1 server on 127.0.0.1 that passes every request to one handler and delivers its
/// replies.
///
///     HttpServer server(0, [](const Request&) { return Reply{.body = "{}"}; });
///     std::jthread thread([&] { server.run(); });
///     ...
///     server.stop();
///
/// cpp-httplib parses and formats; it needs a thread for each connection. The threads are created
/// on demand, at most 1,024; further connections wait until one of these closes. Only the bodies of
/// PUT requests are read (at most 64 KiB); the connection is closed after any other request with a
/// body.
///
/// Thread safety: `run` is called once; everything else may be called from any thread, and `stop`
/// repeatedly and even before `run`.
class HttpServer {
 public:
  /// Returns the reply to a request. Called concurrently on the connections' threads.
  using Handler = std::function<Reply(const Request&)>;

  /// Listens on 127.0.0.1:`port`; 0 picks a free port. Throws `std::runtime_error` if it cannot.
  HttpServer(std::uint16_t port, Handler handler);
  /// Calls `stop`. Precondition: `run` has returned.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that the server listens on.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Serves until `stop` is called. Returns after the last connection's thread has ended.
  void run();
  /// Stops listening and ends every connection, including those that hang.
  void stop();

  /// Resets every connection whose reply hangs.
  void reset_hung();
  /// The number of requests whose reply is currently delayed or hanging.
  [[nodiscard]] std::size_t in_flight() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stockclient::simulator
