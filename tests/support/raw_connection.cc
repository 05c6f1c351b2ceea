#include "tests/support/raw_connection.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <strings.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace test_support {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

/// The Content-Length of a head; 0 when there is none.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto found = head.find(name);
  if (found == std::string_view::npos) return 0;
  std::size_t length = 0;
  std::from_chars(head.data() + found + name.size(), head.data() + head.size(), length);
  return length;
}

}  // namespace

RawConnection::RawConnection(std::uint16_t port, int receive_buffer)
    : file_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (file_ < 0) fail("no socket");
  if (receive_buffer > 0) {
    ::setsockopt(file_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const int on = 1;
  ::setsockopt(file_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(file_);
    errno = error;
    fail("cannot connect");
  }
}

RawConnection::~RawConnection() {
  if (file_ >= 0) ::close(file_);
}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : file_(std::exchange(other.file_, -1)), received_(std::move(other.received_)) {}

void RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    // A server that refuses may close while we still send: what it answered decides.
    if (count < 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawConnection::shut_down_sending() const {
  ::shutdown(file_, SHUT_WR);
}

void RawConnection::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(file_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(file_, -1));
}

bool RawConnection::receive() {
  pollfd waiting{.fd = file_, .events = POLLIN, .revents = 0};
  const auto patience = std::chrono::milliseconds(kPatience).count();
  if (::poll(&waiting, 1, static_cast<int>(patience)) == 0) {
    throw std::runtime_error("nothing came in time; before it: " + received_.substr(0, 2000));
  }
  std::array<char, 65536> chunk{};
  const auto count = ::recv(file_, chunk.data(), chunk.size(), 0);
  if (count > 0) received_.append(chunk.data(), static_cast<std::size_t>(count));
  return count > 0;
}

HttpResponse RawConnection::response(bool head_only) {
  std::size_t head = 0;
  while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) throw std::runtime_error("closed before an answer; got: " + received_);
  }
  head += 4;
  const bool bodiless = head_only || received_.starts_with("HTTP/1.1 1");
  const auto size = head + (bodiless ? 0 : content_length(received_.substr(0, head)));
  while (received_.size() < size) {
    if (!receive()) throw std::runtime_error("closed within an answer");
  }
  auto response = parse_response(received_.substr(0, size), bodiless);
  if (!response) throw std::runtime_error("not an answer: " + received_.substr(0, size));
  received_.erase(0, size);
  return *std::move(response);
}

std::string RawConnection::until(std::string_view end) {
  std::size_t found = 0;
  while ((found = received_.find(end)) == std::string::npos) {
    if (!receive()) throw std::runtime_error("closed early; got: " + received_.substr(0, 2000));
  }
  auto bytes = received_.substr(0, found + end.size());
  received_.erase(0, bytes.size());
  return bytes;
}

std::string RawConnection::rest() {
  while (receive()) {
  }
  return std::exchange(received_, {});
}

std::string RawConnection::bytes(std::size_t count) {
  while (received_.size() < count) {
    if (!receive()) throw std::runtime_error("closed early");
  }
  return received_;
}

}  // namespace test_support
