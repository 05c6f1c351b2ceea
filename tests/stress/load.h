#pragma once
/// An open-loop load: as with real callers, requests are sent on schedule, whether or not earlier
/// ones have been answered.

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/stress/recorder.h"
#include "tests/support/epoll_loop.h"
#include "tests/support/file_descriptor.h"

namespace stress {

/// Sends over a bounded set of keep-alive connections, from one thread. Thread-safety: none.
class OpenLoop {
 public:
  using Clock = std::chrono::steady_clock;

  OpenLoop(const Plan& plan, std::uint16_t port, Recorder& recorder);

  /// Sends until the plan's time is over, then waits for the outstanding responses. Every scheduled
  /// request ends as exactly one sample.
  void run(Clock::time_point start);

 private:
  struct Ask {
    Clock::time_point due;
    std::string target;
    bool known = false;
    /// Whether the request was sent a second time, because the service had closed the idle
    /// connection. Any client does this.
    bool retried = false;
  };
  struct Connection {
    test_support::FileDescriptor fd;
    bool busy = false;
    bool answered_before = false;
    Ask ask;
    std::string out;
    std::string in;
  };

  [[nodiscard]] Ask ask_number(std::uint64_t number) const;
  void schedule(Clock::time_point now);
  void assign_waiting();
  [[nodiscard]] bool open(std::size_t index);
  void wait(Clock::time_point now);
  void on_event(std::size_t index, std::uint32_t events);
  [[nodiscard]] bool send(Connection& connection) const;
  void receive(Connection& connection);
  void give_up_on_late(Clock::time_point now);
  /// Handles the end of a connection.
  void lose(Connection& connection);
  void record(const Ask& ask, Outcome outcome, int status = 0, bool unexplained = false);

  Plan plan_;
  std::uint16_t port_;
  Recorder& recorder_;
  test_support::EpollLoop loop_;
  Clock::time_point start_;
  std::uint64_t scheduled_ = 0;
  std::uint64_t total_;
  std::size_t busy_ = 0;
  std::deque<Ask> waiting_;
  std::vector<Connection> connections_;
};

}  // namespace stress
