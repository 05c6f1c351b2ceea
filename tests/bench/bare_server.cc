/// The upper bound of the benchmark: an epoll loop that answers every request with the bytes of a
/// file and does nothing else. Usage: bench-bare-server FILE

#include <arpa/inet.h>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/epoll_loop.h"

namespace {

int listen_anywhere() {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(file, any, size) != 0 || listen(file, 4096) != 0) return -1;
  getsockname(file, any, &size);
  std::cout << "listening on 127.0.0.1:" << ntohs(address.sin_port) << std::endl;
  return file;
}

/// Sends one answer for each empty line, because requests are small and arrive whole.
void serve(int file, const std::string& answer) {
  std::array<char, 65536> buffer;
  const auto count = recv(file, buffer.data(), buffer.size(), 0);
  if (count == 0) close(file);
  if (count <= 0) return;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
  for (auto at = bytes.find("\r\n\r\n"); at != std::string_view::npos;
       at = bytes.find("\r\n\r\n", at + 4)) {
    if (send(file, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "", std::ios::binary);
  const std::string answer((std::istreambuf_iterator<char>(file)), {});
  const int listener = listen_anywhere();
  if (answer.empty() || listener < 0) return 1;
  test_support::EpollLoop loop;
  loop.watch(listener, EPOLLIN, static_cast<std::uint64_t>(listener));
  for (;;) {
    loop.wait(std::chrono::nanoseconds(-1), [&](std::uint64_t key, std::uint32_t) {
      const int ready = static_cast<int>(key);
      if (ready != listener) return serve(ready, answer);
      for (int accepted = 0;
           (accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        loop.watch(accepted, EPOLLIN | EPOLLET, static_cast<std::uint64_t>(accepted));
      }
    });
  }
}
