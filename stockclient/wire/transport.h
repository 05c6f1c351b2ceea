#pragma once
/// HTTP GET behind an interface, so that tests control how the network behaves.

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

namespace stockclient {

/// The status of a proxy that demands credentials (RFC 9110, section 15.5.8).
inline constexpr int kProxyAuthenticationRequired = 407;

/// A complete HTTP response.
struct TransportResponse {
  int status = 0;    ///< The upstream's status, or 407 from a proxy on the way.
  std::string body;  ///< The body after decompression.
  std::optional<std::chrono::seconds> retry_after;  ///< The Retry-After header, 1 s to 1 day.
};

/// Why a call got no response.
enum class TransportFault : std::uint8_t {
  timeout,  ///< The call's time limit was exceeded.
  dns,      ///< The host name could not be resolved.
  connect,  ///< No connection could be established.
  tls,    ///< The TLS handshake failed, usually because of the certificate; a retry does not help.
  reset,  ///< The connection broke before the response was complete.
  too_large,  ///< The decompressed body exceeded the limit and was dropped.
  cancelled,  ///< The caller requested a stop.
  other       ///< Any other failure.
};

/// Describes a call that got no response.
struct TransportError {
  TransportFault fault = TransportFault::other;  ///< The kind of failure.
  std::string detail;     ///< One sentence for people and logs; never contains the URL.
  bool connected = true;  ///< False when no connection was made: DNS, TCP or TLS failed.
};

/// A response, or the reason why there is none.
using TransportResult = circuitbreaker::expected<TransportResponse, TransportError>;

/// Makes HTTP GET calls to one upstream.
///
/// Thread-safety: `get` may be called from any number of threads simultaneously.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Blocks until the response is complete, the call has taken `timeout`, or `stop` is requested.
  /// `target` is the path and query string, already percent-encoded.
  [[nodiscard]] virtual TransportResult get(const std::string& target,
                                            circuitbreaker::Duration timeout,
                                            std::stop_token stop) = 0;
};

}  // namespace stockclient
