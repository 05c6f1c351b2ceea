#pragma once
/// One HTTP GET, behind an interface so that tests and the demo decide what the network does.

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

namespace stockclient {

struct TransportResponse {
  int status = 0;
  std::string body;
  std::optional<std::chrono::seconds> retry_after;
};

/// `tls`: the handshake failed, above all because the certificate was refused; trying again will
/// not help. `too_large`: the decompressed body passed the limit and was dropped.
enum class TransportFault : std::uint8_t {
  timeout,
  dns,
  connect,
  tls,
  reset,
  too_large,
  cancelled,
  other
};

struct TransportError {
  TransportFault fault = TransportFault::other;
  /// For people and logs; never contains the URL.
  std::string detail;
};

using TransportResult = circuitbreaker::expected<TransportResponse, TransportError>;

/// Thread-safety: `get` may be called from any number of threads at once.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Blocks until the answer is whole, the call has taken `timeout`, or `stop` is requested.
  /// `target` is path and query, already percent-encoded.
  [[nodiscard]] virtual TransportResult get(const std::string& target,
                                            circuitbreaker::Duration timeout,
                                            std::stop_token stop) = 0;
};

}  // namespace stockclient
