#pragma once
/// The listening socket.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "service/connection/connection_settings.h"

namespace service {

/// Raises the process's soft limit on open files to the hard limit and returns the new limit.
std::size_t raise_open_file_limit() noexcept;

/// A listening socket that explains why it cannot bind, accepts a bounded number of connections per
/// call, and drains without losing a connection. Thread-safety: none; after construction it belongs
/// to one event loop.
class Acceptor {
 public:
  /// Called with a non-blocking socket, which the function then owns, and the client's IP address.
  using OnAccept = std::function<void(int file, std::string address)>;

  /// Binds and listens. Throws a std::runtime_error that names the address and the reason.
  explicit Acceptor(const ConnectionSettings& settings);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// The listening socket.
  [[nodiscard]] int file() const noexcept { return file_; }
  /// The port that the socket is bound to.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Accepts at most `limit` of the waiting connections. Returns false if it stopped because file
  /// descriptors or memory ran out; the caller then tries again later.
  bool accept(std::size_t limit, const OnAccept& on_accept);

  /// First step of a drain: drops connection attempts from now on, so that their clients try again
  /// elsewhere or later, while handshakes in progress still complete. Closing the socket
  /// immediately would reset the clients whose handshakes are in progress.
  void stop_handshakes() noexcept;

  /// Last step of a drain: accepts every remaining connection, then closes the socket. Call once.
  void close(const OnAccept& on_accept);

 private:
  int file_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace service
