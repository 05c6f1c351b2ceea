#pragma once
/// The epoll loop of the tests' load generators and servers.

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <poll.h>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace test_support {

/// An epoll instance. Thread-safety: none.
class EpollLoop {
 public:
  EpollLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
  ~EpollLoop() { ::close(epoll_); }
  EpollLoop(const EpollLoop&) = delete;
  EpollLoop& operator=(const EpollLoop&) = delete;

  /// Watches `file` until it is closed. `key` identifies it in `wait`.
  void watch(int file, std::uint32_t events, std::uint64_t key) const {
    epoll_event event{.events = events, .data = {.u64 = key}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  /// Waits for events and calls `visit(key, events)` for each. Returns false if there was none
  /// within `limit`: 0 does not wait at all, a negative limit waits for ever. The limit is exact,
  /// unlike that of epoll_wait, which is in milliseconds.
  template <class Visit>
  bool wait(std::chrono::nanoseconds limit, Visit visit) {
    if (limit > limit.zero()) {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
      const timespec timeout{static_cast<std::time_t>(seconds.count()),
                             static_cast<long>((limit - seconds).count())};
      pollfd ready{.fd = epoll_, .events = POLLIN, .revents = 0};
      if (::ppoll(&ready, 1, &timeout, nullptr) <= 0) return false;
    }
    const int timeout = limit < limit.zero() ? -1 : 0;
    const int count =
        ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout);
    for (int i = 0; i < count; ++i) {
      const auto& event = events_[static_cast<std::size_t>(i)];
      visit(event.data.u64, event.events);
    }
    return count > 0;
  }

 private:
  int epoll_;
  std::array<epoll_event, 512> events_{};
};

}  // namespace test_support
