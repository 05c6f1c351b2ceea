#pragma once
/// One TCP connection to a server under test: exact bytes out, answer after answer in.

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/http_client.h"

namespace test_support {

/// Every failure but the server's closing is a `std::runtime_error`; every wait ends in one after
/// `kPatience`.
class RawConnection {
 public:
  /// Connects to 127.0.0.1:`port`. `receive_buffer` in bytes, 0 for the system's choice.
  explicit RawConnection(std::uint16_t port, int receive_buffer = 0);
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;

  void send(std::string_view bytes) const;
  /// Sends no more; still reads.
  void shut_down_sending() const;
  /// Ends the connection with a reset.
  void reset();

  /// The next answer that has a Content-Length (or, to HEAD, none of a body).
  [[nodiscard]] HttpResponse response(bool head_only = false);
  /// Waits for `end` and returns everything up to it, `end` included.
  [[nodiscard]] std::string until(std::string_view end);
  /// Everything until the server closes, beginning with what no `response` has taken.
  [[nodiscard]] std::string rest();
  /// Whether the server closes without a further byte.
  [[nodiscard]] bool closes() { return rest().empty(); }
  /// Waits until this many bytes have come in all and returns them.
  [[nodiscard]] std::string bytes(std::size_t count);

 private:
  /// False when the server has closed.
  [[nodiscard]] bool receive();

  int file_ = -1;
  std::string received_;
};

}  // namespace test_support
