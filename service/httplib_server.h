#pragma once
/// Carries HTTP to a `Handler` over cpp-httplib's stock server, a thread for each connection.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "service/http_message.h"

namespace service {

struct HttplibServerSettings {
  std::string host = "127.0.0.1";
  /// 0 picks one.
  std::uint16_t port = 8080;
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(5);
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);
  /// Connections served at once.
  std::size_t threads = 256;
};

struct HttplibServerHooks {
  Handler handler;
  /// One answer has left, the server's own refusals included.
  std::function<void(const HttpRequest&, const HttpResponse&, std::chrono::nanoseconds)> observe;
  /// A connection was opened (+1) or closed (-1).
  std::function<void(int)> count_connection;
};

class HttplibServer {
 public:
  /// Binds and listens. Throws std::runtime_error that names the address.
  HttplibServer(HttplibServerSettings settings, HttplibServerHooks hooks);
  /// Waits for connections to end, idle ones for the idle timeout.
  ~HttplibServer();
  HttplibServer(const HttplibServer&) = delete;
  HttplibServer& operator=(const HttplibServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Begins to serve, on threads of its own.
  void start();
  /// From now on every answer closes its connection.
  void announce_drain() noexcept;
  /// Takes no more connections; whether requests under way ended within the drain timeout.
  bool drain();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace service
