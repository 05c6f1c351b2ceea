#pragma once
/// How other threads reach an event loop.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace service {

struct ConnectionSettings;

/// A connection of one loop; the generation tells it from earlier ones in the same slot.
struct ConnectionToken {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
};

struct LoopMessage {
  enum class Kind {
    /// `file` and `address`: an accepted connection, the loop's from now on.
    adopt,
    /// `file` and `address`: one connection too many, to be told so.
    turn_away,
    /// `token`: what that connection waits for is ready.
    ready,
    /// Drain: connections that ask nothing are closed after the last call, and what has queued up
    /// to
    /// be accepted by then is accepted, then nothing more.
    last_call,
    /// `settings`: other timeouts.
    reconfigure,
    /// Look at the clock again.
    look,
    /// Leave the loop.
    stop,
  };
  Kind kind = Kind::look;
  ConnectionToken token{};
  int file = -1;
  std::string address{};
  std::shared_ptr<const ConnectionSettings> settings{};
};

/// Thread-safety: `post` from any thread, `take` from the loop's. Outlives its loop as long as
/// someone may still post; what is posted then is never read.
class Mailbox {
 public:
  /// Throws std::system_error when no descriptor is left.
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Wakes the loop once for any number of messages that it has not taken yet.
  void post(LoopMessage message);

  /// Replaces `messages` by what was posted, in order.
  void take(std::vector<LoopMessage>& messages);

  /// Readable while there is something to take.
  [[nodiscard]] int descriptor() const noexcept { return event_; }

 private:
  int event_;
  std::mutex mutex_;
  std::vector<LoopMessage> messages_;
};

}  // namespace service
