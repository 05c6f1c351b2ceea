#include "service/connection/connection_server.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "service/connection/acceptor.h"
#include "service/connection/connection_count.h"
#include "service/connection/event_loop.h"

namespace service {
namespace {

/// File descriptors reserved for everything but connections: store, upstream calls, log, loops.
constexpr std::size_t kOtherFiles = 256;
/// cpp-httplib itself rejects longer request lines.
constexpr std::size_t kMaxTarget = 8000;

ConnectionSettings checked(ConnectionSettings settings) {
  if (settings.max_target_bytes > kMaxTarget || settings.max_target_bytes == 0) {
    throw std::invalid_argument("max_target_bytes must be 1 to 8000");
  }
  if (settings.max_head_bytes < 64 || settings.max_connections == 0) {
    throw std::invalid_argument("max_head_bytes must be at least 64, max_connections at least 1");
  }
  if (settings.event_loops == 0) {
    settings.event_loops = std::max(1U, std::thread::hardware_concurrency());
  }
  const auto files = raise_open_file_limit();
  const auto most = files > 2 * kOtherFiles ? files - kOtherFiles : files / 2;
  settings.max_connections = std::min(settings.max_connections, most);
  return settings;
}

}  // namespace

struct ConnectionServer::ServerState {
  ServerState(ConnectionSettings wanted, const ConnectionHooks& hooks,
              const circuitbreaker::Clock& clock)
      : settings(checked(std::move(wanted))),
        drain_timeout(settings.drain_timeout),
        count(settings.max_connections),
        acceptor(settings) {
    for (std::size_t i = 0; i < settings.event_loops; ++i) {
      loops.push_back(std::make_unique<EventLoop>(settings, hooks, clock, count));
    }
    loops.front()->accept_for(acceptor, loops);
    port = acceptor.port();
  }

  void post_all(LoopMessage::Kind kind) const {
    for (const auto& loop : loops) loop->post({.kind = kind});
  }

  const ConnectionSettings settings;
  std::atomic<std::chrono::nanoseconds> drain_timeout;
  ConnectionCount count;
  Acceptor acceptor;
  std::vector<std::unique_ptr<EventLoop>> loops;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
};

ConnectionServer::ConnectionServer(ConnectionSettings settings, const ConnectionHooks& hooks,
                                   const circuitbreaker::Clock& clock)
    : state_(std::make_unique<ServerState>(std::move(settings), hooks, clock)) {}

ConnectionServer::~ConnectionServer() {
  stop();
}

void ConnectionServer::start() {
  for (const auto& loop : state_->loops) {
    state_->threads.emplace_back([&loop = *loop] { loop.run(); });
  }
}

std::uint16_t ConnectionServer::port() const noexcept {
  return state_->port;
}

std::size_t ConnectionServer::connections() const noexcept {
  return state_->count.get();
}

std::size_t ConnectionServer::max_connections() const noexcept {
  return state_->count.limit();
}

void ConnectionServer::reconfigure(const ConnectionSettings& settings) {
  state_->drain_timeout = settings.drain_timeout;
  const auto shared = std::make_shared<const ConnectionSettings>(settings);
  for (const auto& loop : state_->loops) {
    loop->post({.kind = LoopMessage::Kind::reconfigure, .settings = shared});
  }
}

void ConnectionServer::announce_drain() noexcept {
  state_->count.draining = true;
}

bool ConnectionServer::drain() {
  announce_drain();
  state_->post_all(LoopMessage::Kind::last_call);
  const bool done =
      state_->count.wait_for_end(state_->settings.last_call + state_->drain_timeout.load());
  stop();
  return done;
}

void ConnectionServer::stop() {
  state_->post_all(LoopMessage::Kind::stop);
  for (auto& thread : state_->threads) thread.join();
  state_->threads.clear();
}

void ConnectionServer::look() {
  state_->post_all(LoopMessage::Kind::look);
}

}  // namespace service
