#pragma once
/// A client that attempts to connect and does nothing else.

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace test_support {

/// Begins a TCP handshake and does not wait for it to complete.
class Knock {
 public:
  explicit Knock(std::uint16_t port)
      : file_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ~Knock() { ::close(file_); }
  Knock(const Knock&) = delete;
  Knock& operator=(const Knock&) = delete;

  /// The socket's TCP state, such as TCP_ESTABLISHED or TCP_SYN_SENT. On the loopback interface, a
  /// successful handshake is complete when connect returns.
  [[nodiscard]] int state() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    ::getsockopt(file_, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_state;
  }

 private:
  int file_;
};

}  // namespace test_support
