#include "service/log/descriptor_writer.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <climits>

namespace service {
namespace {

/// Writes part of the text without blocking. Returns the number of bytes written, or -1 with errno
/// set.
ssize_t write_some(int descriptor, std::string_view text) {
  // Sockets have a flag for writing without blocking. A pipe that poll() reports as writable takes
  // PIPE_BUF bytes without blocking (POSIX), and so does a terminal.
  const ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::write(descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

}  // namespace

bool DescriptorWriter::write(std::string_view text) {
  while (!text.empty()) {
    if (!wait_until_writable()) return false;
    const ssize_t written = write_some(descriptor_, text);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      return false;
    }
  }
  return true;
}

void DescriptorWriter::give_up_after(std::chrono::nanoseconds limit) noexcept {
  deadline_.store((std::chrono::steady_clock::now() + limit).time_since_epoch().count());
}

bool DescriptorWriter::wait_until_writable() const {
  // Waits in short intervals, so that a deadline set in the meantime takes effect.
  constexpr int kPieceMilliseconds = 50;
  while (std::chrono::steady_clock::now().time_since_epoch().count() < deadline_.load()) {
    pollfd waited{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&waited, 1, kPieceMilliseconds);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

}  // namespace service
