#pragma once
/// Thousands of client connections in one thread.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// What became of requests that a crowd asked.
struct CrowdResult {
  std::size_t asked = 0;
  /// Whole answers with status 200.
  std::size_t ok = 0;
  /// Whole answers with another status.
  std::size_t other = 0;
  /// Connections that ended within an answer, or before it although a request had been sent.
  std::size_t broken = 0;
  double seconds = 0;
};

class Crowd {
 public:
  /// Opens that many connections to 127.0.0.1:`port`. Throws std::runtime_error when one fails.
  Crowd(std::uint16_t port, std::size_t connections);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Every connection asks once, all at the same time; waits for the answers.
  CrowdResult ask_once(const std::string& target, std::chrono::seconds patience);

  /// Every connection asks again and again; a closed one is not opened anew. Ends when all are
  /// closed, or after `limit`. `on_tick` is called with the time passed, many times a second.
  template <typename OnTick>
  CrowdResult ask_until_closed(const std::string& target, std::chrono::milliseconds limit,
                               OnTick on_tick);

 private:
  struct Member {
    int file = -1;
    bool waiting = false;
    std::string received;
  };

  void send_request(Member& member, CrowdResult& result);
  void receive(Member& member, bool again, CrowdResult& result);
  std::size_t wait(bool again, CrowdResult& result);
  void close_member(Member& member);

  int epoll_ = -1;
  std::string request_;
  std::size_t open_ = 0;
  std::size_t waiting_ = 0;
  std::vector<Member> members_;
};

template <typename OnTick>
CrowdResult Crowd::ask_until_closed(const std::string& target, std::chrono::milliseconds limit,
                                    OnTick on_tick) {
  const auto start = std::chrono::steady_clock::now();
  request_ = "GET " + target + " HTTP/1.1\r\nHost: bench\r\n\r\n";
  CrowdResult result;
  for (auto& member : members_) send_request(member, result);
  while (open_ > 0 && std::chrono::steady_clock::now() - start < limit) {
    wait(true, result);
    on_tick(std::chrono::steady_clock::now() - start);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace bench
