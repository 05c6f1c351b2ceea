/// A closed-loop load generator that needs less processor time than the servers. wrk changes a
/// connection's epoll registration twice for each request and keeps 8 KiB for each connection, so
/// with thousands of connections wrk's own core is the limit. This program makes one recv and one
/// send for each request, keeps 48 bytes for each connection, and never sleeps, so that no server
/// spends time on waking it.
///
/// It starts counting when every connection has had a response and the warm-up is over. Usage:
/// bench-closed-loop PORT TARGET CONNECTIONS WARM_UP_SECONDS SECONDS SERVER_PID; prints one JSON
/// object.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/bench/process_usage.h"
#include "tests/support/connect_to.h"
#include "tests/support/epoll_loop.h"
#include "tests/support/response.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Member {
  int file = -1;
  /// Number of responses within the measured time.
  std::uint32_t answers = 0;
  /// Number of bytes of the current response that have not arrived yet; 0 between two responses.
  std::uint32_t missing = 0;
  bool was_answered = false;
  /// The bytes of an incomplete head.
  std::string head;
};

class ClosedLoop {
 public:
  ClosedLoop(std::uint16_t port, const std::string& target, std::size_t connections)
      : request_("GET " + target + " HTTP/1.1\r\nHost: bench\r\n\r\n"), members_(connections) {
    for (std::size_t i = 0; i < connections; ++i) {
      members_[i].file = test_support::connect_to(port);
      loop_.watch(members_[i].file, EPOLLIN | EPOLLET, i);
    }
  }

  void run(double warm_up, double seconds, pid_t server) {
    for (auto& member : members_) ask(member);
    const auto began = Clock::now();
    while (unanswered_yet_ > 0 || since(began) < warm_up) {
      wait();
      if (since(began) > warm_up + 30) throw std::runtime_error("not every connection is answered");
    }
    for (auto& member : members_) member.answers = 0;
    errors_ = answers_ = bytes_ = 0;
    const double used = bench::usage_of(server).cpu_seconds;
    const auto start = Clock::now();
    Clock::duration spare{};
    auto now = start;
    while (now - start < std::chrono::duration<double>(seconds)) {
      const bool found_nothing = !wait();
      const auto then = std::exchange(now, Clock::now());
      if (found_nothing) spare += now - then;
    }
    const double took = since(start);
    report(took, (bench::usage_of(server).cpu_seconds - used) / took,
           std::chrono::duration<double>(spare).count() / took);
  }

 private:
  static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  void report(double took, double server_busy, double spare) const {
    auto fewer = [](const Member& a, const Member& b) { return a.answers < b.answers; };
    const auto fewest = std::min_element(members_.begin(), members_.end(), fewer)->answers;
    const auto answers = static_cast<double>(std::max<std::uint64_t>(answers_, 1));
    std::cout << "{\"requestsPerSecond\":" << static_cast<double>(answers_) / took
              << ",\"bytesPerAnswer\":" << static_cast<double>(bytes_) / answers
              << ",\"errors\":" << errors_ << ",\"serverBusy\":" << server_busy
              << ",\"spare\":" << spare << ",\"fewestAnswers\":" << fewest << "}" << std::endl;
  }

  void ask(Member& member) {
    const auto sent = send(member.file, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size())) fail(member);
  }

  void fail(Member& member) {
    ++errors_;
    close(member.file);
    member.file = -1;
  }

  /// Handles waiting events. False if there were none.
  bool wait() {
    return loop_.wait(std::chrono::nanoseconds(0), [this](std::uint64_t index, std::uint32_t) {
      if (members_[index].file >= 0) receive(members_[index]);
    });
  }

  void receive(Member& member) {
    std::array<char, 16384> buffer;
    ssize_t count = 0;
    do {
      count = recv(member.file, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count <= 0) break;
      take(member, {buffer.data(), static_cast<std::size_t>(count)});
    } while (count == static_cast<ssize_t>(buffer.size()) && member.file >= 0);
    const bool ended = count == 0 || (count < 0 && errno != EAGAIN);
    if (ended && member.file >= 0) fail(member);
  }

  void take(Member& member, std::string_view bytes) {
    bytes_ += bytes.size();
    if (member.missing == 0) {
      if (!member.head.empty()) bytes = member.head.append(bytes);
      const auto head = test_support::parse_head(bytes);
      if (!head) {
        if (member.head.empty()) member.head = bytes;
        return;
      }
      if (head->status != 200) ++errors_;
      member.missing = static_cast<std::uint32_t>(head->response_size());
    }
    // Surplus bytes do not belong to the answer of any request.
    if (bytes.size() > member.missing) return fail(member);
    member.missing -= static_cast<std::uint32_t>(bytes.size());
    if (!member.head.empty()) member.head.clear();
    if (member.missing > 0) return;
    ++answers_;
    ++member.answers;
    if (!member.was_answered) --unanswered_yet_;
    member.was_answered = true;
    ask(member);
  }

  const std::string request_;
  test_support::EpollLoop loop_;
  std::vector<Member> members_;
  std::size_t unanswered_yet_ = members_.size();
  std::uint64_t answers_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t errors_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  try {
    ClosedLoop load(static_cast<std::uint16_t>(std::stoul(argv[1])), argv[2], std::stoul(argv[3]));
    load.run(std::stod(argv[4]), std::stod(argv[5]), static_cast<pid_t>(std::stol(argv[6])));
  } catch (const std::exception& error) {
    std::cerr << "bench-closed-loop: " << error.what() << "\n";
    return 1;
  }
}
