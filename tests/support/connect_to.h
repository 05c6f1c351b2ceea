#pragma once
/// Connects to a server on this machine.

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace test_support {

/// Connects to 127.0.0.1:`port` and returns a socket that sends without delay; the caller closes
/// it. `receive_buffer` is in bytes, 0 for the system's default. Throws `std::runtime_error` if
/// nobody listens.
[[nodiscard]] inline int connect_to(std::uint16_t port, int receive_buffer = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0) {
    ::setsockopt(file, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  if (file < 0 || ::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    if (file >= 0) ::close(file);
    throw std::runtime_error("cannot connect to port " + std::to_string(port) + ": " +
                             std::generic_category().message(error));
  }
  return file;
}

}  // namespace test_support
