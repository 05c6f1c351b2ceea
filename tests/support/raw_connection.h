#pragma once
/// A TCP connection to a server under test.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/eventually.h"
#include "tests/support/response.h"

namespace test_support {

/// Sends exact bytes and reads one response after another. Every failure throws a
/// `std::runtime_error`, including a wait of more than `kPatience`, except where a function says
/// that it waits for the server to close.
class RawConnection {
 public:
  /// Connects to 127.0.0.1:`port`. `receive_buffer` is in bytes, 0 for the system's default.
  explicit RawConnection(std::uint16_t port, int receive_buffer = 0);
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;

  /// Sends bytes. Errors are ignored: a server that rejects a request may close while the client is
  /// still sending, and only its response matters.
  void send(std::string_view bytes) const;
  /// Shuts down the sending side.
  void shut_down_sending() const;
  /// Ends the connection with a reset.
  void reset();

  /// Waits for the next response. `head_only`: whether it answers a HEAD request.
  [[nodiscard]] HttpResponse response(bool head_only = false);
  /// Waits for the next response and returns its bytes.
  [[nodiscard]] std::string response_bytes(bool head_only = false,
                                           std::chrono::milliseconds patience = kPatience);
  /// Waits for `end` and returns everything up to and including it.
  [[nodiscard]] std::string until(std::string_view end);
  /// Waits until the server closes and returns all bytes that were not returned before.
  [[nodiscard]] std::string rest(std::chrono::milliseconds patience = kPatience);
  /// Waits until the server closes; false if it sent anything first.
  [[nodiscard]] bool closes() { return rest().empty(); }
  /// Waits until at least this many bytes have arrived and returns them without removing them.
  [[nodiscard]] std::string bytes(std::size_t count);

 private:
  using Clock = std::chrono::steady_clock;

  /// Waits for bytes; false if the server has closed.
  [[nodiscard]] bool receive(Clock::time_point deadline);
  /// Waits for bytes; throws if the server has closed.
  void receive_more(Clock::time_point deadline);

  int file_ = -1;
  std::string received_;
};

}  // namespace test_support
