#include "tests/support/crowd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/connect_to.h"
#include "tests/support/open_files.h"
#include "tests/support/response.h"

namespace test_support {
Crowd::Crowd(std::uint16_t port, std::size_t connections) : members_(connections) {
  raise_open_file_limit();
  for (std::size_t i = 0; i < connections; ++i) {
    members_[i].file = connect_to(port);
    loop_.watch(members_[i].file, EPOLLIN, i);
    ++open_;
  }
}

Crowd::~Crowd() {
  for (auto& member : members_) close_member(member);
}

void Crowd::close_member(Member& member) {
  if (member.file < 0) return;
  close(member.file);
  member.file = -1;
  --open_;
  result_.unanswered += member.due.size();
  result_.surplus += member.due.empty() ? member.received.size() : 0;
  due_ -= member.due.size();
  member.due.clear();
}

void Crowd::send_requests(std::size_t index, std::size_t count) {
  Member& member = members_[index];
  std::string requests;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string target = (*target_)({index, member.number++});
    requests += "GET " + target + " HTTP/1.1\r\nHost: crowd\r\n\r\n";
    expected.push_back(target.substr(target.rfind('/') + 1));
  }
  if (send(member.file, requests.data(), requests.size(), MSG_NOSIGNAL) < 0) {
    // The requests could not be sent, so they are not counted.
    close_member(member);
    return;
  }
  result_.asked += count;
  due_ += count;
  member.due.insert(member.due.end(), expected.begin(), expected.end());
}

void Crowd::take_answer(Member& member, bool ok, std::string_view answer) {
  const bool matches = answer.find(member.due.front()) != std::string_view::npos;
  ++(!ok ? result_.other : matches ? result_.ok : result_.mixed_up);
  member.due.pop_front();
  --due_;
}

void Crowd::receive(std::size_t index) {
  Member& member = members_[index];
  std::array<char, 16384> chunk;
  const auto count = recv(member.file, chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return close_member(member);
  member.received.append(chunk.data(), static_cast<std::size_t>(count));
  bool closes = false;
  while (!member.due.empty() && !closes) {
    const auto head = parse_head(member.received);
    if (!head || member.received.size() < head->response_size()) return;
    closes = head->closes;
    const bool ok = head->status == 200;
    const auto size = head->response_size();
    take_answer(member, ok, std::string_view(member.received).substr(0, size));
    member.received.erase(0, size);
  }
  if (closes) return close_member(member);
  if (again_) send_requests(index, batch_of(index));
}

void Crowd::wait() {
  loop_.wait(std::chrono::milliseconds(20), [this](std::uint64_t index, std::uint32_t) {
    if (members_[index].file >= 0) receive(index);
  });
}

CrowdResult Crowd::ask(const Target& target, std::chrono::milliseconds patience, const Tick& tick) {
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [start] { return std::chrono::steady_clock::now() - start; };
  target_ = &target;
  result_ = {};
  again_ = tick != nullptr;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].file >= 0) send_requests(i, again_ ? batch_of(i) : 1);
  }
  while ((again_ ? open_ > 0 : due_ > 0) && passed() < patience) {
    wait();
    if (again_ && !tick(result_)) again_ = false;
  }
  CrowdResult result = result_;
  result.seconds = std::chrono::duration<double>(passed()).count();
  result.unanswered += due_;
  return result;
}

CrowdResult Crowd::ask_once(const Target& target, std::chrono::milliseconds patience) {
  return ask(target, patience, nullptr);
}

CrowdResult Crowd::keep_asking(const Target& target, std::chrono::milliseconds patience,
                               const Tick& tick) {
  return ask(target, patience, tick);
}

}  // namespace test_support
