#pragma once
/// One client's connection: received bytes that are not answered yet, and answers that the client
/// has not read yet.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/connection/http_engine.h"
#include "service/connection/loop_mailbox.h"
#include "service/connection/request_scanner.h"
#include "service/connection/timer_wheel.h"

namespace service {

/// What the connections of one event loop share.
struct LoopContext {
  /// The timeouts may change between two turns of the loop.
  ConnectionSettings settings;
  /// Frames requests.
  RequestScanner scanner;
  /// Answers requests.
  HttpEngine engine;
  /// Deadlines of the loop's connections.
  TimerWheel timers;
  /// Wakes the loop from other threads.
  std::shared_ptr<LoopMailbox> mailbox;
  /// Set by the server for all loops: answers announce that the connection closes.
  const std::atomic<bool>& draining;
  /// Time at the start of the loop's turn.
  circuitbreaker::TimePoint now;
  /// The drain has begun: connections without a request are closed after the last call.
  bool last_call = false;
  /// Buffer that a connection reads into; its content lasts for one turn.
  std::vector<char> input;
  /// Buffer that a connection gathers answers in; empty between two connections' turns.
  std::string output;
};

/// While it is idle a connection owns no buffer: it reads into its loop's and writes from its
/// loop's. Answers leave in the order of the requests, and those of one read leave in one write.
///
/// A client that shuts down its sending side is indistinguishable from a closed one. It still gets
/// the answers that need no waiting, but a request that has to wait is given up, so that a client
/// that leaves is removed from its flight.
/// Thread-safety: none; a connection lives in one event loop.
class Connection : public TimerWheel::Timer {
 public:
  /// The event loop's next step with a connection.
  enum class Next {
    /// Wait for an event.
    wait,
    /// Give other connections a turn, then continue.
    again,
    /// Destroy it.
    close,
  };

  /// Takes ownership of the non-blocking socket `file`.
  Connection(LoopContext& context, int file, std::string address, ConnectionToken token);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The socket.
  [[nodiscard]] int file() const noexcept { return file_; }
  /// Identifies the connection within its loop.
  [[nodiscard]] ConnectionToken token() const noexcept { return token_; }

  /// `events` as epoll reports them; 0 to continue after `Next::again`.
  [[nodiscard]] Next on_events(std::uint32_t events);
  /// The response that the parked request waits for is ready.
  [[nodiscard]] Next on_ready();
  /// The streamed body has more bytes, or has ended.
  [[nodiscard]] Next on_stream_change();
  /// The deadline has passed.
  [[nodiscard]] Next on_deadline();
  /// The server drains: a connection without a request gets until the last call's end, and a
  /// streamed body ends.
  void on_last_call();
  /// Tells the client why no request of its will be answered, and closes.
  [[nodiscard]] Next reject(const RejectedRequest& rejected);

 private:
  [[nodiscard]] Next go_on();
  [[nodiscard]] Next receive();
  std::size_t serve(std::string_view bytes);
  void run_request(bool more);
  void answered(bool keep_alive, bool client_keeps_alive);
  void answer_rejected(RejectedRequest rejected, std::string_view arrived);
  void park(std::unique_ptr<ParkedRequest> parked);
  void begin_stream(OpenBody body, bool keep_alive, bool client_keeps_alive);
  [[nodiscard]] bool send_stream();
  void keep_unserved(std::string_view bytes, std::size_t used);
  [[nodiscard]] bool send_output();
  [[nodiscard]] bool send_kept();
  [[nodiscard]] Next settle();
  [[nodiscard]] Next finish();
  [[nodiscard]] Next drop_input();
  [[nodiscard]] bool closes_after(bool client_keeps_alive, bool more) const noexcept;
  /// A request has begun and its answer is not complete.
  [[nodiscard]] bool is_busy() const noexcept { return parked_ || body_; }
  [[nodiscard]] bool is_idle() const noexcept { return in_.empty() && out_.empty() && !is_busy(); }
  void set_deadline();

  /// A body that is being streamed.
  struct StreamingBody {
    OpenBody open;
    bool keep_alive;
    bool client_keeps_alive;
  };

  LoopContext& context_;
  int file_;
  ConnectionToken token_;
  std::string address_;
  /// Requests that are incomplete or have not run yet.
  std::string in_;
  /// Bytes of answers that the socket has not taken yet.
  std::string out_;
  std::unique_ptr<ParkedRequest> parked_;
  std::unique_ptr<StreamingBody> body_;
  /// When scanning `in_` again may give a new result, see `Scan`.
  std::size_t wanted_ = 0;
  bool at_line_end_ = true;
  /// `in_` begins with an incomplete request.
  bool incomplete_ = false;
  bool readable_ = false;
  bool peer_closed_ = false;
  bool continue_sent_ = false;
  /// No further request runs; the connection ends when `out_` is sent.
  bool closing_ = false;
  /// The client asked to close, so it sends nothing more.
  bool agreed_ = false;
  /// Our side is shut down; bytes that still arrive are read and dropped.
  bool lingering_ = false;
  /// What the current deadline limits. `renewed` forces the next one to be set.
  enum class Limit : std::uint8_t { renewed, idle, request, busy, writing, lingering };
  Limit limit_ = Limit::idle;
};

}  // namespace service
