#include "stockclient/simulator/http_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <vector>

#include "stockclient/simulator/loopback_listener.h"

namespace stockclient::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kListenerId = 0;
constexpr std::uint64_t kWakeId = 1;
constexpr std::uint64_t kFirstConnectionId = 2;
constexpr std::size_t kMaxConnections = 8192;
/// A client that sends this much without waiting for answers is cut off.
constexpr std::size_t kMaxBuffered = kMaxHeadBytes + kMaxBodyBytes + 4;
/// When the process is out of file descriptors, accepting rests this long.
constexpr auto kAcceptPause = 50ms;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

void add_to_epoll(int epoll, int fd, std::uint64_t id) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = id;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("cannot watch a socket");
}

}  // namespace

struct HttpLoop::Connection {
  enum class State : std::uint8_t { reading, delayed, hung, sending };

  std::uint64_t id = 0;
  FileDescriptor fd;
  State state = State::reading;
  std::string in;
  std::string out;
  std::size_t sent = 0;
  Delivery delivery = Delivery::whole;
  bool close_after = false;
  /// The client will send no more; it may still be waiting for its answer.
  bool input_ended = false;
  std::multimap<Time, std::uint64_t>::iterator delay;
  /// What epoll was told to look for.
  std::uint32_t watched = EPOLLIN;
};

HttpLoop::HttpLoop(std::uint16_t port, Handler handler)
    : handler_(std::move(handler)),
      listener_(listen_on(port)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      port_(port_of(listener_.get())),
      next_id_(kFirstConnectionId) {
  if (epoll_.get() < 0 || wake_.get() < 0) fail("cannot set up the event loop");
  add_to_epoll(epoll_.get(), listener_.get(), kListenerId);
  add_to_epoll(epoll_.get(), wake_.get(), kWakeId);
}

HttpLoop::~HttpLoop() = default;

void HttpLoop::stop() noexcept {
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the loop is awake already.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void HttpLoop::run() {
  std::array<epoll_event, 256> events{};
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   milliseconds_to_next());
    if (count < 0 && errno != EINTR) fail("the event loop broke");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == kWakeId) return close_everything();
      if (event.data.u64 == kListenerId) {
        accept_connections();
      } else {
        on_event(event.data.u64, event.events);
      }
    }
    deliver_due();
    if (!accepting_ && std::chrono::steady_clock::now() >= accept_again_) resume_accepting();
  }
}

void HttpLoop::close_everything() {
  listener_ = FileDescriptor();
  delayed_.clear();
  hung_ = 0;
  connections_.clear();
}

int HttpLoop::milliseconds_to_next() const {
  if (delayed_.empty() && accepting_) return -1;
  Time next = delayed_.empty() ? accept_again_ : delayed_.begin()->first;
  if (!accepting_) next = std::min(next, accept_again_);
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
  return std::max(0, static_cast<int>(left.count()));
}

void HttpLoop::accept_connections() {
  while (accepting_) {
    FileDescriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN) pause_accepting();
      return;
    }
    if (connections_.size() >= kMaxConnections) continue;
    auto connection = std::make_unique<Connection>();
    connection->id = next_id_++;
    connection->fd = std::move(fd);
    add_to_epoll(epoll_.get(), connection->fd.get(), connection->id);
    connections_.emplace(connection->id, std::move(connection));
  }
}

void HttpLoop::pause_accepting() {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
  accepting_ = false;
  accept_again_ = std::chrono::steady_clock::now() + kAcceptPause;
}

void HttpLoop::resume_accepting() {
  accepting_ = true;
  add_to_epoll(epoll_.get(), listener_.get(), kListenerId);
}

void HttpLoop::on_event(std::uint64_t id, std::uint32_t events) {
  // An event of a connection that an earlier event of the same batch has closed.
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close(connection, false);
  if ((events & EPOLLIN) != 0 && !receive(connection)) return;
  if (connection.state == Connection::State::sending && !send_pending(connection)) return;
  if (serve_buffered(connection)) watch(connection);
}

bool HttpLoop::receive(Connection& connection) {
  std::array<char, 16384> chunk{};
  for (;;) {
    const ssize_t count = ::recv(connection.fd.get(), chunk.data(), chunk.size(), 0);
    if (count > 0) {
      connection.in.append(chunk.data(), static_cast<std::size_t>(count));
      if (connection.in.size() <= kMaxBuffered) continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    // A client that stopped sending may still want the answer it waits for.
    connection.input_ended = count == 0;
    if (connection.input_ended && connection.state != Connection::State::hung &&
        (!connection.in.empty() || connection.state != Connection::State::reading)) {
      connection.close_after = true;
      return true;
    }
    close(connection, false);
    return false;
  }
}

bool HttpLoop::serve_buffered(Connection& connection) {
  while (connection.state == Connection::State::reading) {
    std::optional<ParsedRequest> parsed = parse_request(connection.in);
    if (!parsed) {
      if (!connection.input_ended) return true;
      close(connection, false);
      return false;
    }
    connection.in.erase(0, parsed->consumed);
    Reply reply;
    if (parsed->refuse_with != 0) {
      reply.status = parsed->refuse_with;
      parsed->request.keep_alive = false;
    } else {
      reply = handler_(parsed->request);
    }
    connection.delivery = reply.delivery;
    connection.close_after |= !parsed->request.keep_alive || reply.delivery == Delivery::truncated;
    connection.out = serialize(reply, !connection.close_after, parsed->request.method != "HEAD");
    if (reply.delay > reply.delay.zero()) {
      connection.state = Connection::State::delayed;
      connection.delay =
          delayed_.emplace(std::chrono::steady_clock::now() + reply.delay, connection.id);
      return true;
    }
    if (!start_delivery(connection)) return false;
  }
  return true;
}

void HttpLoop::deliver_due() {
  const Time now = std::chrono::steady_clock::now();
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    Connection& connection = *connections_.at(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    if (start_delivery(connection) && serve_buffered(connection)) watch(connection);
  }
}

bool HttpLoop::start_delivery(Connection& connection) {
  switch (connection.delivery) {
    case Delivery::reset:
      connection.state = Connection::State::sending;
      close(connection, true);
      return false;
    case Delivery::hang:
      connection.state = Connection::State::hung;
      ++hung_;
      return true;
    case Delivery::whole:
    case Delivery::truncated:
      break;
  }
  connection.state = Connection::State::sending;
  connection.sent = 0;
  return send_pending(connection);
}

bool HttpLoop::send_pending(Connection& connection) {
  while (connection.sent < connection.out.size()) {
    const ssize_t count = ::send(connection.fd.get(), connection.out.data() + connection.sent,
                                 connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count < 0) {
      close(connection, false);
      return false;
    }
    connection.sent += static_cast<std::size_t>(count);
  }
  if (connection.close_after) {
    close(connection, false);
    return false;
  }
  connection.out.clear();
  connection.state = Connection::State::reading;
  return true;
}

void HttpLoop::reset_hung() {
  std::vector<Connection*> hung;
  for (const auto& [id, connection] : connections_) {
    if (connection->state == Connection::State::hung) hung.push_back(connection.get());
  }
  for (Connection* connection : hung) close(*connection, true);
}

void HttpLoop::close(Connection& connection, bool reset) {
  if (connection.state == Connection::State::delayed) delayed_.erase(connection.delay);
  if (connection.state == Connection::State::hung) --hung_;
  if (reset) {
    // Closing with a linger time of zero sends RST instead of FIN.
    const linger abort{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(connection.fd.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  }
  connections_.erase(connection.id);
}

void HttpLoop::watch(Connection& connection) const {
  epoll_event event{};
  if (!connection.input_ended) event.events |= EPOLLIN;
  if (connection.state == Connection::State::sending) event.events |= EPOLLOUT;
  if (event.events == connection.watched) return;
  connection.watched = event.events;
  event.data.u64 = connection.id;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.fd.get(), &event);
}

}  // namespace stockclient::simulator
