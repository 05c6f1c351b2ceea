#pragma once
/// A response body that is sent while it is being produced.

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace service {

/// Connects the producer of a response body to the connection that sends it. Both hold the stream
/// through a shared pointer, and either may let go of it first.
///
///     auto body = std::make_shared<BodyStream>(64 * 1024);
///     subscribers.add(body);  // another thread pushes until `push` returns false
///     return StreamedResponse{.head = head, .body = body};
///
/// The stream holds at most `max_unsent_bytes`. A producer never waits for a slow reader: the push
/// that exceeds the bound ends the stream, and the server closes the connection, which shows the
/// client that the body is incomplete. Thread-safety: every member function may be called from any
/// thread.
class BodyStream {
 public:
  /// `max_unsent_bytes` bounds the pushed bytes that the client's socket has not yet taken.
  explicit BodyStream(std::size_t max_unsent_bytes) : max_unsent_bytes_(max_unsent_bytes) {}
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  /// Queues bytes for sending. Returns false, without queuing them, if the stream has ended:
  /// because `end` was called, the connection was closed, or the bound is exceeded. The producer
  /// should then release the stream. Never blocks on the network.
  bool push(std::string_view bytes);
  /// Ends the body. Bytes pushed earlier are still sent; later pushes return false.
  void end();
  /// Whether `push` may still succeed.
  [[nodiscard]] bool is_open() const;

  /// The bytes to send next, and whether more may follow.
  struct Part {
    /// Everything pushed since the last `take`.
    std::string bytes;
    /// Whether these bytes complete the body.
    bool ended = false;
    /// Whether the reader was too slow, so that the body cannot be completed.
    bool overflowed = false;
  };
  /// For the server. Sets the function that announces that `take` would return something new. It is
  /// called from the producer's thread without a lock held, and must not block. Call once, followed
  /// by `take`, because earlier pushes are not announced.
  void attach(std::function<void()> on_change);
  /// For the server. Returns the bytes to send, and frees the space of the previous part, which the
  /// client's socket must have taken by now.
  [[nodiscard]] Part take();
  /// For the server. Whether the reader was too slow.
  [[nodiscard]] bool is_overflowed() const;
  /// For the server. Abandons the body: unsent bytes are dropped and pushes return false.
  void close();

 private:
  enum class Progress { open, ended, overflowed, closed };

  const std::size_t max_unsent_bytes_;
  mutable std::mutex mutex_;
  Progress progress_ = Progress::open;
  std::string unsent_;
  /// Size of the part that was last taken.
  std::size_t in_flight_ = 0;
  std::function<void()> on_change_;
  bool attached_ = false;
  /// Whether `on_change_` was called since the last `take`.
  bool announced_ = false;
};

}  // namespace service
