#include "tests/support/raw_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "tests/support/connect_to.h"

namespace test_support {

RawConnection::RawConnection(std::uint16_t port, int receive_buffer)
    : file_(connect_to(port, receive_buffer)) {}

RawConnection::~RawConnection() {
  if (file_ >= 0) ::close(file_);
}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : file_(std::exchange(other.file_, -1)), received_(std::move(other.received_)) {}

void RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
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

bool RawConnection::receive(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd waiting{.fd = file_, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, std::max(0, static_cast<int>(left.count()))) == 0) {
    throw std::runtime_error("nothing arrived in time; before: " + received_.substr(0, 2000));
  }
  std::array<char, 65536> chunk{};
  const auto count = ::recv(file_, chunk.data(), chunk.size(), 0);
  if (count > 0) received_.append(chunk.data(), static_cast<std::size_t>(count));
  return count > 0;
}

void RawConnection::receive_more(Clock::time_point deadline) {
  errno = 0;
  if (receive(deadline)) return;
  const auto reason = errno == 0 ? "closed" : std::generic_category().message(errno);
  throw std::runtime_error("the connection ended early (" + reason +
                           "); before: " + received_.substr(0, 2000));
}

std::string RawConnection::response_bytes(bool head_only, std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    const auto head = parse_head(received_);
    if (head && received_.size() >= head->response_size(head_only)) {
      auto bytes = received_.substr(0, head->response_size(head_only));
      received_.erase(0, bytes.size());
      return bytes;
    }
    receive_more(deadline);
  }
}

HttpResponse RawConnection::response(bool head_only) {
  return parse_response(response_bytes(head_only), head_only).value();
}

std::string RawConnection::until(std::string_view end) {
  const auto deadline = Clock::now() + kPatience;
  std::size_t found = 0;
  while ((found = received_.find(end)) == std::string::npos) receive_more(deadline);
  auto bytes = received_.substr(0, found + end.size());
  received_.erase(0, bytes.size());
  return bytes;
}

std::string RawConnection::rest(std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (receive(deadline)) {
  }
  return std::exchange(received_, {});
}

std::string RawConnection::bytes(std::size_t count) {
  const auto deadline = Clock::now() + kPatience;
  while (received_.size() < count) receive_more(deadline);
  return received_;
}

}  // namespace test_support
