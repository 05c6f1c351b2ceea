#pragma once
/// A small HTTP/1.1 server that can also misbehave: hang, cut an answer short, reset the
/// connection. One thread and epoll, so that hundreds of hanging calls cost nothing but sockets.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "stockclient/simulator/file_descriptor.h"
#include "stockclient/simulator/http_request.h"
#include "stockclient/simulator/reply.h"

namespace stockclient::simulator {

class HttpLoop {
 public:
  /// Called on the loop's thread, one request at a time.
  using Handler = std::function<Reply(const Request&)>;

  /// Listens on 127.0.0.1:`port`; 0 picks a free one. Throws `std::runtime_error` when it cannot.
  HttpLoop(std::uint16_t port, Handler handler);
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Serves until `stop` is called, then closes every socket.
  void run();
  /// From any thread, and from a signal handler.
  void stop() noexcept;

  /// Resets every hanging connection. On the loop's thread only.
  void reset_hung();
  /// Requests that were handed to the handler and wait for their delivery. On the loop's thread
  /// only.
  [[nodiscard]] std::size_t in_flight() const noexcept { return delayed_.size() + hung_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Connection;

  void accept_connections();
  void pause_accepting();
  void resume_accepting();
  void on_event(std::uint64_t id, std::uint32_t events);
  void deliver_due();
  [[nodiscard]] int milliseconds_to_next() const;

  /// Each returns false when the connection is gone.
  bool receive(Connection& connection);
  bool serve_buffered(Connection& connection);
  bool start_delivery(Connection& connection);
  bool send_pending(Connection& connection);

  void close_everything();
  void close(Connection& connection, bool reset);
  void watch(Connection& connection) const;

  Handler handler_;
  FileDescriptor listener_;
  FileDescriptor epoll_;
  FileDescriptor wake_;
  std::uint16_t port_ = 0;
  std::uint64_t next_id_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::multimap<Time, std::uint64_t> delayed_;
  std::size_t hung_ = 0;
  bool accepting_ = true;
  Time accept_again_;
};

}  // namespace stockclient::simulator
