#pragma once
/// A response body that is sent while it is still being produced.

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace service {

/// Connects the producer of a response body with the connection that sends it. Both hold the stream
/// through a shared pointer, and either may go first.
///
///     auto body = std::make_shared<BodyStream>(64 * 1024);
///     subscribers.add(body);                       // another thread pushes until push says no
///     return StreamedResponse{.head = head, .body = body};
///
/// The stream holds at most `max_unsent_bytes`. A producer never waits for a slow reader: the push
/// that exceeds the bound ends the stream, and the server closes the connection, which shows the
/// client that the body is incomplete.
/// Thread-safety: every member function may be called from any thread.
class BodyStream {
 public:
  /// `max_unsent_bytes` bounds the bytes that were pushed and that the client's socket has not yet
  /// taken.
  explicit BodyStream(std::size_t max_unsent_bytes) : max_unsent_bytes_(max_unsent_bytes) {}
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  /// Queues bytes for sending. Returns false when they were not queued because the stream has
  /// ended: by `end`, because the client or the server has gone, or because the bound is exceeded.
  /// A producer then drops its pointer. Never blocks on the network.
  bool push(std::string_view bytes);
  /// Ends the body. The bytes pushed before are still sent; later pushes return false.
  void end();
  /// Whether `push` may still succeed.
  [[nodiscard]] bool is_open() const;

  /// The bytes to send next, and whether more may follow.
  struct Part {
    /// Everything that was pushed since the last `take`.
    std::string bytes;
    /// The body is complete with these bytes.
    bool ended = false;
    /// The reader was too slow: the body cannot be completed.
    bool overflowed = false;
  };
  /// For the server. Sets the function that announces that `take` would return something new; it is
  /// called from the producer's thread, with no lock held, and must not block. Call once, and
  /// `take` afterwards: earlier pushes are not announced.
  void attach(std::function<void()> on_change);
  /// For the server. Returns the bytes to send, and frees the room of the part taken before, which
  /// the client's socket must have taken by now.
  [[nodiscard]] Part take();
  /// For the server. Whether the reader was too slow.
  [[nodiscard]] bool is_overflowed() const;
  /// For the server. Nobody will read on: unsent bytes are dropped and pushes return false.
  void close();

 private:
  enum class Progress { open, ended, overflowed, closed };

  const std::size_t max_unsent_bytes_;
  mutable std::mutex mutex_;
  Progress progress_ = Progress::open;
  std::string unsent_;
  /// Size of the part that was taken last.
  std::size_t in_flight_ = 0;
  std::function<void()> on_change_;
  bool attached_ = false;
  /// `on_change_` was called since the last `take`.
  bool announced_ = false;
};

}  // namespace service
