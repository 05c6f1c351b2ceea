#include "tests/bench/crowd.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace bench {
namespace {

/// Size of the whole answer at the start of `bytes`; 0 while it is not whole.
std::size_t answer_size(std::string_view bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto field = bytes.substr(0, head + 2).find(name);
  std::size_t length = 0;
  if (field != std::string_view::npos) {
    std::from_chars(bytes.data() + field + name.size(), bytes.data() + head, length);
  }
  const auto size = head + 4 + length;
  return bytes.size() >= size ? size : 0;
}

}  // namespace

Crowd::Crowd(std::uint16_t port, std::size_t connections)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), members_(connections) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (std::size_t i = 0; i < connections; ++i) {
    const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (file < 0 || connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("connection " + std::to_string(i) + ": " +
                               std::generic_category().message(errno));
    }
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event);
    members_[i].file = file;
    ++open_;
  }
}

Crowd::~Crowd() {
  for (auto& member : members_) close_member(member);
  close(epoll_);
}

void Crowd::close_member(Member& member) {
  if (member.file < 0) return;
  close(member.file);
  member.file = -1;
  --open_;
  if (member.waiting) --waiting_;
  member.waiting = false;
}

void Crowd::send_request(Member& member, CrowdResult& result) {
  if (send(member.file, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) {
    // Refused before it could arrive: nothing was asked.
    close_member(member);
    return;
  }
  ++result.asked;
  member.waiting = true;
  ++waiting_;
}

void Crowd::receive(Member& member, bool again, CrowdResult& result) {
  std::array<char, 16384> chunk;
  const auto count = recv(member.file, chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    if (member.waiting) ++result.broken;
    close_member(member);
    return;
  }
  member.received.append(chunk.data(), static_cast<std::size_t>(count));
  const auto size = answer_size(member.received);
  if (size == 0) return;
  const std::string_view answer(member.received.data(), size);
  ++(answer.starts_with("HTTP/1.1 200 ") ? result.ok : result.other);
  member.waiting = false;
  --waiting_;
  const bool closes = answer.find("\r\nConnection: close\r\n") != std::string_view::npos;
  member.received.clear();
  if (closes) {
    close_member(member);
  } else if (again) {
    send_request(member, result);
  }
}

std::size_t Crowd::wait(bool again, CrowdResult& result) {
  std::array<epoll_event, 512> events{};
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20);
  for (int i = 0; i < count; ++i) {
    auto& member = members_[events[static_cast<std::size_t>(i)].data.u64];
    if (member.file >= 0) receive(member, again, result);
  }
  return waiting_;
}

CrowdResult Crowd::ask_once(const std::string& target, std::chrono::seconds patience) {
  const auto start = std::chrono::steady_clock::now();
  request_ = "GET " + target + " HTTP/1.1\r\nHost: bench\r\n\r\n";
  CrowdResult result;
  for (auto& member : members_) send_request(member, result);
  while (wait(false, result) > 0 && std::chrono::steady_clock::now() - start < patience) {
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace bench
