#pragma once
/// The listening socket: bound with a clear error, accepted from within bounds, drained without
/// loss.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "service/connection/connection_settings.h"

namespace service {

/// Raises the soft limit of open files to the hard one; returns it.
std::size_t raise_open_file_limit() noexcept;

/// Thread-safety: none; after construction it belongs to one event loop.
class Acceptor {
 public:
  /// A non-blocking connection and the address of its client. The callee owns the descriptor.
  using OnAccept = std::function<void(int file, std::string address)>;

  /// Binds and listens. Throws std::runtime_error that names the address and the reason.
  explicit Acceptor(const ConnectionSettings& settings);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  [[nodiscard]] int file() const noexcept { return file_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Accepts what is there, at most `limit`. False when it stopped because descriptors or memory
  /// ran out: try again later.
  bool accept(std::size_t limit, const OnAccept& on_accept);

  /// Drain: no new connection is begun (its client tries again, elsewhere or later), while those
  /// whose handshake is under way still arrive. Closing the socket alone would reset them.
  void stop_handshakes() noexcept;

  /// Accepts all that is left, then closes the socket. Once.
  void close(const OnAccept& on_accept);

 private:
  int file_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace service
