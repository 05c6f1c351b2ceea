#pragma once
/// Thousands of client connections in one thread.
///
///     Crowd crowd(port, 1000);
///     CrowdResult result = crowd.ask_once([](const CrowdAsk&) { return "/stocks/IBM"; });
///     EXPECT_EQ(result.ok, result.asked);

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/epoll_loop.h"

namespace test_support {

/// Counts of a crowd's requests. Every request is counted in exactly one of the fields from `ok` to
/// `unanswered`.
struct CrowdResult {
  std::size_t asked = 0;
  /// Complete responses with status 200 to the oldest unanswered request of their connection.
  std::size_t ok = 0;
  /// Complete responses with another status.
  std::size_t other = 0;
  /// Responses to a different request: they do not contain the last segment of the target.
  std::size_t mixed_up = 0;
  /// Requests without a complete response when the connection ended or the time limit passed.
  std::size_t unanswered = 0;
  /// Bytes that belong to no request.
  std::size_t surplus = 0;
  double seconds = 0;
};

/// Returns the target of a member's request; members and requests are numbered from 0.
struct CrowdAsk {
  std::size_t member = 0;
  std::size_t number = 0;
};

/// The connections of a crowd. Thread-safety: none.
class Crowd {
 public:
  using Target = std::function<std::string(const CrowdAsk&)>;
  /// Called many times a second. Once it returns false, no further request is sent; the crowd still
  /// waits for the responses to earlier ones.
  using Tick = std::function<bool(const CrowdResult& so_far)>;

  /// Opens connections to 127.0.0.1:`port`. Throws std::runtime_error if one fails.
  Crowd(std::uint16_t port, std::size_t connections);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Sends one request on each connection simultaneously and waits for the responses.
  CrowdResult ask_once(const Target& target, std::chrono::milliseconds patience);

  /// Sends request after request on every connection; every third member sends three requests in
  /// one write. A connection that the server closes is not opened again. Ends when all are closed
  /// or `tick` returns false.
  CrowdResult keep_asking(const Target& target, std::chrono::milliseconds patience,
                          const Tick& tick);

  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  struct Member {
    int file = -1;
    std::size_t number = 0;
    /// The texts that the outstanding responses have to contain, in order.
    std::deque<std::string> due;
    std::string received;
  };

  CrowdResult ask(const Target& target, std::chrono::milliseconds patience, const Tick& tick);
  void send_requests(std::size_t index, std::size_t count);
  void receive(std::size_t index);
  void take_answer(Member& member, bool ok, std::string_view answer);
  void wait();
  void close_member(Member& member);
  [[nodiscard]] static std::size_t batch_of(std::size_t index) { return index % 3 == 0 ? 3 : 1; }

  EpollLoop loop_;
  const Target* target_ = nullptr;
  CrowdResult result_;
  /// Whether a member sends another request after a response.
  bool again_ = false;
  std::size_t open_ = 0;
  std::size_t due_ = 0;
  std::vector<Member> members_;
};

}  // namespace test_support
