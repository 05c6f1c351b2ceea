#include "service/connection/event_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace service {
namespace {

constexpr std::uint64_t kMailboxKey = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kAcceptorKey = kMailboxKey - 1;
constexpr std::size_t kEventsPerWait = 512;
constexpr std::size_t kAcceptsPerTurn = 64;
constexpr int kStallMilliseconds = 50;
/// Number of connections over the limit that get an answer before they are closed; further ones are
/// closed without an answer.
constexpr std::size_t kMaxTurnedAway = 128;
constexpr std::size_t kInputBytes = std::size_t{64} * 1024;

constexpr RejectedRequest kOverloaded{503, "overloaded", "Too many connections are open.", 1};

std::uint64_t key_of(ConnectionToken token) {
  return (std::uint64_t{token.generation} << 32U) | token.slot;
}

ConnectionToken token_of(std::uint64_t key) {
  return {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)};
}

}  // namespace

EventLoop::EventLoop(const ConnectionSettings& settings, const ConnectionHooks& hooks,
                     const circuitbreaker::Clock& clock, ConnectionCount& count)
    : clock_(clock),
      count_(count),
      context_{.settings = settings,
               .scanner = RequestScanner(settings),
               .engine = HttpEngine(hooks, settings.trusted_proxies, clock),
               .timers = TimerWheel(clock.now()),
               .mailbox = std::make_shared<LoopMailbox>(),
               .draining = count.draining,
               .now = clock.now(),
               .input = std::vector<char>(kInputBytes),
               .output = {}},
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  watch(context_.mailbox->descriptor(), EPOLLIN, kMailboxKey);
}

EventLoop::~EventLoop() {
  close(epoll_);
}

void EventLoop::accept_for(Acceptor& acceptor,
                           const std::vector<std::unique_ptr<EventLoop>>& loops) {
  acceptor_ = &acceptor;
  loops_ = &loops;
  watch(acceptor.file(), EPOLLIN, kAcceptorKey);
}

void EventLoop::watch(int file, std::uint32_t events, std::uint64_t key) const {
  epoll_event event{.events = events, .data = {.u64 = key}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void EventLoop::run() {
  std::array<epoll_event, kEventsPerWait> events{};
  while (!stopped_) {
    const int count = epoll_wait(epoll_, events.data(), kEventsPerWait, wait_milliseconds());
    context_.now = clock_.now();
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      handle(event.data.u64, event.events);
    }
    running_again_.swap(again_);
    for (const auto token : running_again_) {
      if (auto* connection = find(token)) proceed(*connection, connection->on_events(0));
    }
    running_again_.clear();
    context_.timers.expire(context_.now, [this](TimerWheel::Timer& timer) {
      auto& connection = static_cast<Connection&>(timer);
      proceed(connection, connection.on_deadline());
    });
    if (accept_stalled_) accept_some();
    if (stop_accepting_at_ && context_.now >= *stop_accepting_at_) stop_accepting();
  }
  for (auto& connection : connections_) {
    if (connection) proceed(*connection, Connection::Next::close);
  }
}

int EventLoop::wait_milliseconds() const {
  if (!again_.empty()) return 0;
  const int longest = accept_stalled_ ? kStallMilliseconds : -1;
  auto look = context_.timers.next_look();
  if (stop_accepting_at_) look = std::min(look.value_or(*stop_accepting_at_), *stop_accepting_at_);
  if (!look) return longest;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*look - clock_.now()).count();
  const auto limit = accept_stalled_ ? kStallMilliseconds : std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, limit));
}

void EventLoop::handle(std::uint64_t key, std::uint32_t events) {
  if (key == kMailboxKey) {
    read_mailbox();
  } else if (key == kAcceptorKey) {
    accept_some();
  } else if (auto* connection = find(token_of(key))) {
    proceed(*connection, connection->on_events(events));
  }
}

void EventLoop::read_mailbox() {
  context_.mailbox->take(messages_);
  for (auto& message : messages_) handle(message);
}

void EventLoop::handle(LoopMessage& message) {
  using Kind = LoopMessage::Kind;
  switch (message.kind) {
    case Kind::adopt:
    case Kind::turn_away:
      adopt(std::exchange(message.file, -1), std::move(message.address),
            message.kind == Kind::turn_away);
      break;
    case Kind::ready:
      if (auto* connection = find(message.token)) proceed(*connection, connection->on_ready());
      break;
    case Kind::stream_change:
      if (auto* connection = find(message.token)) {
        proceed(*connection, connection->on_stream_change());
      }
      break;
    case Kind::last_call:
      begin_last_call();
      break;
    case Kind::reconfigure:
      reconfigure(*message.settings);
      break;
    case Kind::look:
      break;
    case Kind::stop:
      stopped_ = true;
      break;
  }
}

void EventLoop::begin_last_call() {
  context_.last_call = true;
  if (acceptor_ != nullptr && !stop_accepting_at_) {
    // Until the last call ends, handshakes in progress complete and the requests behind them
    // arrive. Closing the socket now would reset those clients.
    acceptor_->stop_handshakes();
    stop_accepting_at_ = context_.now + context_.settings.last_call;
  }
  for (auto& connection : connections_) {
    if (connection) connection->on_last_call();
  }
}

void EventLoop::stop_accepting() {
  acceptor_->close([this](int file, std::string address) { dispatch(file, std::move(address)); });
  acceptor_ = nullptr;
  stop_accepting_at_.reset();
  accept_stalled_ = false;
  count_.accepting_has_ended();
}

/// Deadlines that are already set stay as they are; the new timeouts apply to the next ones.
void EventLoop::reconfigure(const ConnectionSettings& settings) {
  auto& own = context_.settings;
  own.header_timeout = settings.header_timeout;
  own.idle_timeout = settings.idle_timeout;
  own.write_timeout = settings.write_timeout;
  own.linger_timeout = settings.linger_timeout;
}

void EventLoop::accept_some() {
  if (acceptor_ == nullptr) return;
  accept_stalled_ = !acceptor_->accept(kAcceptsPerTurn, [this](int file, std::string address) {
    dispatch(file, std::move(address));
  });
}

void EventLoop::dispatch(int file, std::string address) {
  const auto open = count_.get();
  if (open >= count_.limit() + kMaxTurnedAway) {
    close(file);
    return;
  }
  const bool turn_away = open >= count_.limit();
  auto lighter = [](const auto& a, const auto& b) { return a->load() < b->load(); };
  EventLoop& target = **std::min_element(loops_->begin(), loops_->end(), lighter);
  count_.add();
  target.load_.fetch_add(1, std::memory_order_relaxed);
  if (&target == this) {
    adopt(file, std::move(address), turn_away);
  } else {
    target.post({.kind = turn_away ? LoopMessage::Kind::turn_away : LoopMessage::Kind::adopt,
                 .file = file,
                 .address = std::move(address)});
  }
}

void EventLoop::adopt(int file, std::string address, bool turn_away) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(connections_.size()));
    connections_.emplace_back();
    generations_.push_back(0);
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  const ConnectionToken token{slot, generations_[slot]};
  auto& connection = connections_[slot];
  connection = std::make_unique<Connection>(context_, file, std::move(address), token);
  // Edge-triggered and registered once, so that a request needs no system calls except recv and
  // send.
  watch(file, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, key_of(token));
  if (turn_away) proceed(*connection, connection->reject(kOverloaded));
}

void EventLoop::proceed(Connection& connection, Connection::Next next) {
  if (next == Connection::Next::wait) return;
  const auto token = connection.token();
  if (next == Connection::Next::again) {
    again_.push_back(token);
    return;
  }
  connections_[token.slot].reset();
  ++generations_[token.slot];
  free_slots_.push_back(token.slot);
  load_.fetch_sub(1, std::memory_order_relaxed);
  count_.remove();
}

Connection* EventLoop::find(ConnectionToken token) const noexcept {
  if (token.slot >= connections_.size() || generations_[token.slot] != token.generation) {
    return nullptr;
  }
  return connections_[token.slot].get();
}

}  // namespace service
