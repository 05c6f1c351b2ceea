#pragma once
/// One client's connection: what it has sent and not been answered, what it has not yet taken.
///
/// While it is idle it owns no buffer: it reads into its loop's and writes from its loop's. Answers
/// leave in the order of the requests, those of one read together in one write.
/// A client that shuts its sending side looks as one that is gone: it is answered what needs no
/// waiting, but nothing is awaited for it, so that who leaves is taken off the flight.
/// Thread-safety: none; a connection lives in one event loop.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/connection/http_engine.h"
#include "service/connection/mailbox.h"
#include "service/connection/request_scanner.h"
#include "service/connection/timer_wheel.h"

namespace service {

/// What the connections of one loop share.
struct LoopContext {
  /// Its timeouts may be replaced between two turns.
  ConnectionSettings settings;
  RequestScanner scanner;
  HttpEngine engine;
  TimerWheel timers;
  std::shared_ptr<Mailbox> mailbox;
  /// Of all loops: answers announce that the connection closes.
  const std::atomic<bool>& draining;
  circuitbreaker::TimePoint now;
  /// Drain: who asks nothing by then is closed.
  bool last_call = false;
  /// Where a connection reads to, and where it gathers answers; both are for one turn only.
  std::vector<char> input;
  std::string output;
};

class Connection : public TimerWheel::Timer {
 public:
  /// What the loop has to do next with a connection.
  enum class Next { wait, again, close };

  /// Takes over the non-blocking socket `file`.
  Connection(LoopContext& context, int file, std::string address, ConnectionToken token);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] int file() const noexcept { return file_; }
  [[nodiscard]] ConnectionToken token() const noexcept { return token_; }

  /// `events` as epoll reports them; none to go on after `Next::again`.
  [[nodiscard]] Next on_events(std::uint32_t events);
  /// What its parked request waits for is ready.
  [[nodiscard]] Next on_ready();
  /// Its deadline has come.
  [[nodiscard]] Next on_deadline();
  /// The server drains: when it asks nothing, its deadline is now the last call's.
  void on_last_call();
  /// Says why no request will be answered, and closes.
  [[nodiscard]] Next refuse(const Refusal& refusal);

 private:
  [[nodiscard]] Next go_on();
  [[nodiscard]] Next receive();
  std::size_t serve(std::string_view bytes);
  bool answer(bool more);
  /// `arrived`: what has come of the request.
  void answer_refused(Refusal refusal, std::string_view arrived);
  void park(std::unique_ptr<PendingResponse> pending);
  void keep_unserved(std::string_view bytes, std::size_t used);
  [[nodiscard]] bool send_output();
  [[nodiscard]] bool send_kept();
  [[nodiscard]] Next settle();
  [[nodiscard]] Next finish();
  [[nodiscard]] Next drop_input();
  [[nodiscard]] bool is_idle() const noexcept { return in_.empty() && out_.empty() && !pending_; }
  void set_deadline();

  LoopContext& context_;
  int file_;
  ConnectionToken token_;
  std::string address_;
  /// Requests that are not whole, not yet run, or parked; a parked one comes first.
  std::string in_;
  /// Bytes of answers that the client has not taken yet.
  std::string out_;
  std::unique_ptr<PendingResponse> pending_;
  /// When the last byte of the parked request had arrived.
  circuitbreaker::TimePoint started_;
  /// When scanning `in_` again can say something new, see `Scan`.
  std::size_t wanted_ = 0;
  bool at_line_end_ = true;
  /// `in_` was scanned to the end of what can run.
  bool incomplete_ = false;
  bool readable_ = false;
  bool peer_closed_ = false;
  bool continue_sent_ = false;
  /// No further request is run; the connection ends when `out_` is sent.
  bool closing_ = false;
  /// The client itself asked for that: it sends nothing more.
  bool agreed_ = false;
  /// Our side is shut; what still comes is read off and dropped.
  bool lingering_ = false;
  /// What its deadline is for; `renewed` makes the next one be set in any case.
  enum class Phase : std::uint8_t { renewed, idle, request, parked, writing, lingering };
  Phase phase_ = Phase::idle;
};

}  // namespace service
