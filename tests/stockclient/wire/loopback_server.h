#pragma once
/// A server on the loopback that answers byte for byte what a test tells it to, over TCP or TLS.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <openssl/ssl.h>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stockclient::testing {

/// The server's end of one connection; used by its handler only.
class Connection {
 public:
  Connection(int socket, SSL* tls) noexcept : socket_(socket), tls_(tls) {}

  /// The head of the next request, up to the blank line; empty when the client is gone.
  std::optional<std::string> read_request();
  /// Returns false when the client is gone.
  bool send(std::string_view bytes);
  /// A whole response with its length.
  void respond(std::string_view body, std::string_view status = "200 OK",
               std::string_view headers = "");
  /// Ends the connection with a reset instead of an orderly close.
  void reset() noexcept;
  /// Returns when the client has gone or the server ends.
  void hang();

 private:
  int socket_;
  SSL* tls_;
  std::string buffer_;
};

/// Accepts from construction to destruction; each connection runs `handler` on a thread of its own
/// and is closed when that returns. The handler must return when a read says that the client is
/// gone, which destruction makes every read say.
class LoopbackServer {
 public:
  using Handler = std::function<void(Connection&)>;

  /// `tls`, when given, must outlive the server; a client that breaks off the handshake never
  /// reaches the handler.
  explicit LoopbackServer(Handler handler, SSL_CTX* tls = nullptr);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string url() const;
  /// TCP connections accepted so far.
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Handler handler_;
  SSL_CTX* tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  bool ending_ = false;
  std::vector<int> open_sockets_;
  std::vector<std::thread> handlers_;
  std::thread acceptor_;
};

}  // namespace stockclient::testing
