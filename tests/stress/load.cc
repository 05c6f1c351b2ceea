#include "tests/stress/load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>

#include "tests/support/response.h"

namespace stress {
namespace {

using namespace std::chrono_literals;

/// Longer than any response of the service may take.
constexpr auto kGiveUp = 10s;
/// Maximum number of requests that wait for a free connection; further ones immediately count as
/// failed.
constexpr std::size_t kMaxWaiting = 100'000;

double seconds(OpenLoop::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

OpenLoop::OpenLoop(const Plan& plan, std::uint16_t port, Recorder& recorder)
    : plan_(plan),
      port_(port),
      recorder_(recorder),
      total_(static_cast<std::uint64_t>(plan.seconds * plan.requests_per_second)),
      connections_(static_cast<std::size_t>(plan.connections)) {}

void OpenLoop::run(Clock::time_point start) {
  start_ = start;
  for (;;) {
    const Clock::time_point now = Clock::now();
    schedule(now);
    assign_waiting();
    give_up_on_late(now);
    if (scheduled_ == total_ && waiting_.empty() && busy_ == 0) return;
    wait(now);
  }
}

OpenLoop::Ask OpenLoop::ask_number(std::uint64_t number) const {
  const auto offset =
      std::chrono::duration<double>(static_cast<double>(number) / plan_.requests_per_second);
  const auto every = static_cast<std::uint64_t>(plan_.cold_every);
  Ask ask{.due = start_ + std::chrono::duration_cast<Clock::duration>(offset),
          .target = "/stocks/COLD" + std::to_string(number)};
  if (number % every != every - 1) {
    ask.known = true;
    ask.target =
        "/stocks/KNOWN" + std::to_string(number % static_cast<std::uint64_t>(plan_.known_symbols));
  }
  return ask;
}

void OpenLoop::schedule(Clock::time_point now) {
  while (scheduled_ < total_) {
    Ask ask = ask_number(scheduled_);
    if (ask.due > now) return;
    ++scheduled_;
    if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back(std::move(ask));
    } else {
      record(ask, Outcome::failed);
    }
  }
}

void OpenLoop::assign_waiting() {
  for (std::size_t i = 0; i < connections_.size() && !waiting_.empty(); ++i) {
    Connection& connection = connections_[i];
    if (connection.busy) continue;
    connection.ask = std::move(waiting_.front());
    waiting_.pop_front();
    connection.busy = true;
    ++busy_;
    connection.out = "GET " + connection.ask.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const bool opened = connection.fd.get() >= 0 || open(i);
    if (!opened || !send(connection)) lose(connection);
  }
}

bool OpenLoop::open(std::size_t index) {
  Connection& connection = connections_[index];
  connection.fd = test_support::FileDescriptor(
      ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  connection.answered_before = false;
  const int on = 1;
  ::setsockopt(connection.fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(connection.fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 &&
      errno != EINPROGRESS) {
    return false;
  }
  // Edge-triggered: one event when it becomes writable, and one whenever something arrives.
  loop_.watch(connection.fd.get(), EPOLLIN | EPOLLOUT | EPOLLET, index);
  return true;
}

void OpenLoop::wait(Clock::time_point now) {
  Clock::duration pause = 50ms;
  if (scheduled_ < total_) pause = std::min(pause, ask_number(scheduled_).due - now);
  loop_.wait(std::max(pause, Clock::duration::zero()),
             [this](std::uint64_t index, std::uint32_t events) {
               on_event(static_cast<std::size_t>(index), events);
             });
}

void OpenLoop::on_event(std::size_t index, std::uint32_t events) {
  Connection& connection = connections_[index];
  if (connection.fd.get() < 0) return;
  if ((events & EPOLLOUT) != 0 && !send(connection)) return lose(connection);
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) receive(connection);
}

bool OpenLoop::send(Connection& connection) const {
  while (!connection.out.empty()) {
    const ssize_t count =
        ::send(connection.fd.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    // Not connected yet, or the buffer is full: epoll reports when sending can continue.
    if (count < 0) return errno == EAGAIN || errno == ENOTCONN;
    connection.out.erase(0, static_cast<std::size_t>(count));
  }
  return true;
}

void OpenLoop::receive(Connection& connection) {
  std::array<char, 16384> chunk{};
  ssize_t count = 0;
  while ((count = ::recv(connection.fd.get(), chunk.data(), chunk.size(), 0)) > 0) {
    connection.in.append(chunk.data(), static_cast<std::size_t>(count));
  }
  const bool ended = count == 0 || (count < 0 && errno != EAGAIN);
  std::optional<test_support::HttpResponse> response;
  try {
    if (connection.busy) response = test_support::parse_response(connection.in);
  } catch (const std::runtime_error&) {
    connection.answered_before = false;
    return lose(connection);
  }
  if (!response) {
    if (ended) lose(connection);
    return;
  }
  const bool quote = response->status == 200;
  const bool stale = quote && contains(response->body, "\"stale\":true");
  const bool unexplained = (stale && contains(response->body, "\"staleReason\":null")) ||
                           (response->status == 503 && response->header("Retry-After").empty());
  record(connection.ask, !quote ? Outcome::refused : (stale ? Outcome::stale : Outcome::fresh),
         response->status, unexplained);
  connection.busy = false;
  --busy_;
  connection.in.clear();
  connection.answered_before = true;
  if (ended || response->header("Connection") == "close") {
    connection.fd = test_support::FileDescriptor();
  }
}

void OpenLoop::lose(Connection& connection) {
  connection.fd = test_support::FileDescriptor();
  const bool try_again =
      connection.answered_before && connection.in.empty() && !connection.ask.retried;
  connection.in.clear();
  connection.out.clear();
  if (!connection.busy) return;
  connection.busy = false;
  --busy_;
  if (try_again) {
    connection.ask.retried = true;
    waiting_.push_front(std::move(connection.ask));
  } else {
    record(connection.ask, Outcome::failed);
  }
}

void OpenLoop::give_up_on_late(Clock::time_point now) {
  for (Connection& connection : connections_) {
    if (connection.busy && now - connection.ask.due > kGiveUp) {
      connection.ask.retried = true;
      lose(connection);
    }
  }
}

void OpenLoop::record(const Ask& ask, Outcome outcome, int status, bool unexplained) {
  recorder_.add({.scheduled = seconds(ask.due - start_),
                 .latency = seconds(Clock::now() - ask.due),
                 .outcome = outcome,
                 .status = status,
                 .known = ask.known,
                 .unexplained = unexplained});
}

}  // namespace stress
