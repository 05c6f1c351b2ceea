#pragma once
/// Messages from other threads to an event loop.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace service {

struct ConnectionSettings;

/// Identifies a connection within its event loop.
struct ConnectionToken {
  /// Index into the loop's connections.
  std::uint32_t slot = 0;
  /// Distinguishes the connection from earlier ones that used the same slot.
  std::uint32_t generation = 0;
};

/// A request to an event loop. Each kind names the fields that it uses.
struct LoopMessage {
  /// The kind of request.
  enum class Kind {
    /// Adopt the accepted connection in `file` and `address`, which the loop then owns.
    adopt,
    /// Reject and close the connection in `file` and `address`, which is over the limit.
    turn_away,
    /// The response that the connection `token` waits for is ready.
    ready,
    /// The body that the connection `token` streams has new bytes or has ended.
    stream_change,
    /// Drain. Connections that are in the accept queue before the last call ends are accepted,
    /// later
    /// ones are not. After the last call, connections without a request are closed.
    last_call,
    /// Apply the timeouts in `settings`.
    reconfigure,
    /// Read the clock again.
    look,
    /// Close every connection and return from `EventLoop::run`.
    stop,
  };
  /// The kind of request.
  Kind kind = Kind::look;
  /// A connection of the loop.
  ConnectionToken token{};
  /// A socket, owned by the message until it is handled.
  int file = -1;
  /// The IP address of the socket's client.
  std::string address{};
  /// The new settings.
  std::shared_ptr<const ConnectionSettings> settings{};
};

/// A queue of messages to one event loop.
///
/// Senders share it, so it may outlive its loop; messages posted after the loop
/// has ended are never read.
///
/// Thread-safety: `post` may be called from any thread, `take` only from the loop's.
class LoopMailbox {
 public:
  /// Throws std::system_error if no file descriptor is available.
  LoopMailbox();
  ~LoopMailbox();
  LoopMailbox(const LoopMailbox&) = delete;
  LoopMailbox& operator=(const LoopMailbox&) = delete;

  /// Appends a message. Wakes the loop unless messages that it has not taken yet have already done
  /// so.
  void post(LoopMessage message);

  /// Replaces `messages` with everything posted since the last call, in order.
  void take(std::vector<LoopMessage>& messages);

  /// A file descriptor that is readable while messages wait.
  [[nodiscard]] int descriptor() const noexcept { return event_; }

 private:
  int event_;
  std::mutex mutex_;
  std::vector<LoopMessage> messages_;
};

}  // namespace service
