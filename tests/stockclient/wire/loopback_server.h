#pragma once
/// A loopback server over TCP or TLS that lets a test control every byte.

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

/// The server's end of one connection, for use by its handler only.
class Connection {
 public:
  Connection(int socket, SSL* tls) noexcept : socket_(socket), tls_(tls) {}

  /// Reads the head of the next request, up to the blank line. Empty if the client has closed.
  std::optional<std::string> read_request();
  /// Sends raw bytes. False if the client has closed.
  bool send(std::string_view bytes);
  /// Sends a complete response, including Content-Length.
  void respond(std::string_view body, std::string_view status = "200 OK",
               std::string_view headers = "");
  /// Resets the connection instead of closing it properly.
  void reset() noexcept;
  /// Blocks until the client closes or the server is destroyed.
  void hang();

 private:
  int socket_;
  SSL* tls_;
  std::string buffer_;
};

/// Accepts connections from construction to destruction. Each connection runs `handler` on its own
/// thread and is closed when that returns. After destruction has begun, every read reports that the
/// client has closed, and the handler must then return.
class LoopbackServer {
 public:
  using Handler = std::function<void(Connection&)>;

  /// With `tls`, which must outlive the server, the handler runs only after a complete handshake.
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
