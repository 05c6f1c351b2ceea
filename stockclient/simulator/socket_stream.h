#pragma once
/// @file
/// A connection as cpp-httplib reads and writes it.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include <httplib.h>

namespace stockclient::simulator {

/// Buffers a blocking socket in both directions: pipelined requests stay in its buffer, and `flush`
/// sends a response in one piece. cpp-httplib's own stream loses pipelined requests and sends head
/// and body separately. Used by one thread.
class SocketStream final : public httplib::Stream {
 public:
  /// `socket` must stay open while this object is used, and is not closed by it.
  explicit SocketStream(socket_t socket) : socket_(socket) {}

  using httplib::Stream::write;
  /// Always true, because `read` waits for data.
  [[nodiscard]] bool is_readable() const override { return true; }
  /// Always true, because `write` only buffers.
  [[nodiscard]] bool is_writable() const override { return true; }
  /// Returns no address, because no handler needs one.
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  /// Returns no address, because no handler needs one.
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  /// Returns no socket: cpp-httplib would call select() on it, which cannot handle descriptors of
  /// FD_SETSIZE or above.
  [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

  /// Reads at least one byte, or returns 0 at the end of the connection.
  ssize_t read(char* target, std::size_t size) override {
    // An interim response, such as 100, must be sent before the client sends more.
    if (received_.empty() && (!flush() || !receive())) return 0;
    const std::size_t count = std::min(size, received_.size());
    std::memcpy(target, received_.data(), count);
    received_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  /// Appends to the output that `flush` sends.
  ssize_t write(const char* bytes, std::size_t size) override {
    unsent_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }

  /// Waits for the next request. Returns false if the client has closed the connection.
  [[nodiscard]] bool wait_for_input() { return !received_.empty() || receive(); }

  /// Sends everything that was written. Returns false if the connection is broken.
  [[nodiscard]] bool flush() {
    std::string_view left = unsent_;
    while (!left.empty()) {
      const ssize_t count = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EINTR && errno != EAGAIN) return false;
      left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    unsent_.clear();
    return true;
  }

 private:
  [[nodiscard]] bool receive() {
    ssize_t count = -1;
    // EAGAIN: cpp-httplib has set a receive timeout, but idle connections may stay open.
    do {
      count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    if (count <= 0) return false;
    received_ = {buffer_.data(), static_cast<std::size_t>(count)};
    return true;
  }

  socket_t socket_;
  std::array<char, 16384> buffer_;
  std::string_view received_;
  std::string unsent_;
};

}  // namespace stockclient::simulator
