#pragma once
/// The connections of one thread.

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "service/connection/acceptor.h"
#include "service/connection/connection.h"
#include "service/connection/connection_count.h"

namespace service {

/// Waits with epoll for the next event on any of its connections and handles it; nothing else makes
/// it wait. It owns its connections. The server's first loop also accepts connections for the
/// others. Thread-safety: `post` and `load` may be called from any thread, everything else only
/// from the thread that runs the loop, or before it runs.
class EventLoop {
 public:
  /// Throws std::system_error if the system runs out of file descriptors. `clock` and `count` must
  /// outlive the loop.
  EventLoop(const ConnectionSettings& settings, const ConnectionHooks& hooks,
            const circuitbreaker::Clock& clock, ConnectionCount& count);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Makes this loop accept connections and hand each one to the loop with the fewest connections.
  /// Call before `run`; `acceptor` and `loops` must outlive this loop.
  void accept_for(Acceptor& acceptor, const std::vector<std::unique_ptr<EventLoop>>& loops);

  /// Serves until it is told to stop, then closes every connection.
  void run();

  /// Sends the loop a message.
  void post(LoopMessage message) { context_.mailbox->post(std::move(message)); }
  /// Number of this loop's connections, including those that wait in its mailbox.
  [[nodiscard]] std::size_t load() const noexcept { return load_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] int wait_milliseconds() const;
  void handle(std::uint64_t key, std::uint32_t events);
  void read_mailbox();
  void handle(LoopMessage& message);
  void accept_some();
  void dispatch(int file, std::string address);
  void adopt(int file, std::string address, bool turn_away);
  void begin_last_call();
  void stop_accepting();
  void reconfigure(const ConnectionSettings& settings);
  void proceed(Connection& connection, Connection::Next next);
  void watch(int file, std::uint32_t events, std::uint64_t key) const;
  [[nodiscard]] Connection* find(ConnectionToken token) const noexcept;

  const circuitbreaker::Clock& clock_;
  ConnectionCount& count_;
  LoopContext context_;
  int epoll_;
  Acceptor* acceptor_ = nullptr;
  const std::vector<std::unique_ptr<EventLoop>>* loops_ = nullptr;
  /// Indexed by slot. Empty slots are listed in `free_slots_`.
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::uint32_t> generations_;
  std::vector<std::uint32_t> free_slots_;
  /// Connections that have more to do but have yielded to the others.
  std::vector<ConnectionToken> again_;
  std::vector<ConnectionToken> running_again_;
  std::vector<LoopMessage> messages_;
  std::atomic<std::size_t> load_{0};
  bool accept_stalled_ = false;
  /// During a drain: when the last call ends, after which no connection is accepted.
  std::optional<circuitbreaker::TimePoint> stop_accepting_at_;
  bool stopped_ = false;
};

}  // namespace service
