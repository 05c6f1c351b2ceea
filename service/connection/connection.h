#pragma once
/// One client's connection: received bytes that have not been answered yet, and answers that the
/// client has not read yet.

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

/// State shared by the connections of one event loop.
struct LoopContext {
  /// The settings, whose timeouts may change between two turns of the loop.
  ConnectionSettings settings;
  /// Finds the boundaries of requests.
  RequestScanner scanner;
  /// Answers requests.
  HttpEngine engine;
  /// Deadlines of the loop's connections.
  TimerWheel timers;
  /// Wakes the loop from other threads.
  std::shared_ptr<LoopMailbox> mailbox;
  /// Set by the server for all loops: answers announce that the connection will close.
  const std::atomic<bool>& draining;
  /// Time at the start of the loop's turn.
  circuitbreaker::TimePoint now;
  /// The drain has begun: connections without a request are closed at its last call.
  bool last_call = false;
  /// Buffer that connections read into; its content lasts for one turn of the loop.
  std::vector<char> input;
  /// Buffer in which a connection collects its answers; empty between the turns of two connections.
  std::string output;
};

/// An idle connection owns no buffer: it reads into its loop's buffer and writes from its loop's
/// buffer. Answers leave in the order of the requests; all answers to the requests of one read
/// leave in a single write.
///
/// A client that shuts down its sending side is indistinguishable from a closed one. It still gets
/// the answers that are available immediately, but a request that has to wait is abandoned, so that
/// a client that has left is removed from its flight. Thread-safety: none; a connection lives in
/// one event loop.
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
  /// Identifies the connection within its event loop.
  [[nodiscard]] ConnectionToken token() const noexcept { return token_; }

  /// Handles `events` as reported by epoll; 0 when continuing after `Next::again`.
  [[nodiscard]] Next on_events(std::uint32_t events);
  /// Called when the response that the parked request waits for is ready.
  [[nodiscard]] Next on_ready();
  /// Called when the streamed body has more bytes, or has ended.
  [[nodiscard]] Next on_stream_change();
  /// Called when the connection's deadline has passed.
  [[nodiscard]] Next on_deadline();
  /// Called when the server drains: a connection without a request stays open until the last call
  /// ends, and a streamed body is ended.
  void on_last_call();
  /// Sends the client an error response that says why none of its requests will be answered, and
  /// closes.
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
  /// A request has begun and its answer is incomplete.
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
  /// Bytes of requests that are incomplete or have not run yet.
  std::string in_;
  /// Bytes of answers that the socket has not taken yet.
  std::string out_;
  std::unique_ptr<ParkedRequest> parked_;
  std::unique_ptr<StreamingBody> body_;
  /// The size of `in_` from which another scan may give a different result; see `Scan::wanted`.
  std::size_t wanted_ = 0;
  bool at_line_end_ = true;
  /// `in_` begins with an incomplete request.
  bool incomplete_ = false;
  bool readable_ = false;
  bool peer_closed_ = false;
  bool continue_sent_ = false;
  /// No further request runs; the connection ends once `out_` is sent.
  bool closing_ = false;
  /// The client asked to close, so it sends nothing more.
  bool agreed_ = false;
  /// We have shut down our sending side; bytes that still arrive are read and dropped.
  bool lingering_ = false;
  /// The limit that the current deadline enforces; `renewed` if the next deadline must be set even
  /// though the limit is the same.
  enum class Limit : std::uint8_t { renewed, idle, request, busy, writing, lingering };
  Limit limit_ = Limit::idle;
};

}  // namespace service
