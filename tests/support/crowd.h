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

namespace test_support {

/// What became of requests that a crowd asked. Every request ends as exactly one of these.
struct CrowdResult {
  std::size_t asked = 0;
  /// Whole answers with status 200, to the request that was next in turn.
  std::size_t ok = 0;
  /// Whole answers with another status.
  std::size_t other = 0;
  /// Answers to some other request: their body does not hold the last segment of the target.
  std::size_t mixed_up = 0;
  /// Never answered as a whole: the connection ended first, or patience did.
  std::size_t unanswered = 0;
  /// Bytes that belong to no request.
  std::size_t surplus = 0;
  double seconds = 0;
};

/// The n-th request (from 0) of a member (from 0).
struct CrowdAsk {
  std::size_t member = 0;
  std::size_t number = 0;
};

/// Thread-safety: none.
class Crowd {
 public:
  using Target = std::function<std::string(const CrowdAsk&)>;
  /// Called many times a second; false ends the asking: what was asked is still waited for.
  using Tick = std::function<bool(const CrowdResult& so_far)>;

  /// Opens that many connections to 127.0.0.1:`port`. Throws std::runtime_error when one fails.
  Crowd(std::uint16_t port, std::size_t connections);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Every connection asks once, all at the same time; waits for the answers.
  CrowdResult ask_once(const Target& target, std::chrono::milliseconds patience);

  /// Every connection asks again and again, of every third member three requests in one write; one
  /// that the server closes is not opened anew. Ends when all are closed or `tick` says so.
  CrowdResult keep_asking(const Target& target, std::chrono::milliseconds patience,
                          const Tick& tick);

  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  struct Member {
    int file = -1;
    std::size_t number = 0;
    /// What the answers that are due have to hold, in their order.
    std::deque<std::string> due;
    std::string received;
  };

  CrowdResult ask(const Target& target, std::chrono::milliseconds patience, const Tick& tick);
  void send_requests(std::size_t index, std::size_t count);
  void receive(std::size_t index);
  void take_answer(Member& member, std::string_view answer);
  void wait();
  void close_member(Member& member);
  [[nodiscard]] static std::size_t batch_of(std::size_t index) { return index % 3 == 0 ? 3 : 1; }

  int epoll_ = -1;
  const Target* target_ = nullptr;
  CrowdResult result_;
  /// Whether an answered member asks again.
  bool again_ = false;
  std::size_t open_ = 0;
  std::size_t due_ = 0;
  std::vector<Member> members_;
};

}  // namespace test_support
