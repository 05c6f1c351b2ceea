#include "stockclient/simulator/open_connections.h"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace stockclient::simulator {

bool OpenConnections::add(int socket) {
  const std::lock_guard lock(mutex_);
  if (!shut_down_) open_.insert(socket);
  return !shut_down_;
}

void OpenConnections::close(int socket, bool reset) {
  const std::lock_guard lock(mutex_);
  open_.erase(socket);
  if (reset) {
    // Closing with a linger time of zero sends RST instead of FIN.
    const linger abort{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  }
  // Done under the lock, so that no other thread shuts down a new connection that was given the
  // same number.
  ::close(socket);
}

void OpenConnections::shut_down_all() {
  {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  ended_.notify_all();
}

bool OpenConnections::wait(std::chrono::nanoseconds delay) {
  std::unique_lock lock(mutex_);
  ++delayed_;
  ended_.wait_for(lock, delay, [this] { return shut_down_; });
  --delayed_;
  return !shut_down_;
}

std::uint64_t OpenConnections::releases() const {
  const std::lock_guard lock(mutex_);
  return releases_;
}

void OpenConnections::hang(int socket, std::uint64_t seen_releases) {
  {
    const std::lock_guard lock(mutex_);
    if (shut_down_ || releases_ != seen_releases) return;
    hung_.insert(socket);
  }
  pollfd hangup{.fd = socket, .events = POLLRDHUP, .revents = 0};
  while (::poll(&hangup, 1, -1) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  hung_.erase(socket);
}

void OpenConnections::release_hung() {
  const std::lock_guard lock(mutex_);
  ++releases_;
  // On Linux this sends nothing to the client; it only ends the `poll` in `hang`.
  for (const int socket : hung_) ::shutdown(socket, SHUT_RD);
  hung_.clear();
}

std::size_t OpenConnections::waiting() const {
  const std::lock_guard lock(mutex_);
  return delayed_ + hung_.size();
}

}  // namespace stockclient::simulator
