#pragma once
/// HTTP GET over libcurl.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "stockclient/time/wall_clock.h"
#include "stockclient/wire/transport.h"

namespace stockclient {

/// How to reach the upstream, and the bounds on one call.
struct CurlTransportSettings {
  /// Scheme (`https`, or `http` for an unencrypted upstream), host, and optionally port and path. A
  /// user name, a query or a fragment is rejected.
  std::string base_url = "https://www.alphavantage.co";
  /// Time limit for establishing a connection, above zero; the call's own timeout applies as well.
  std::chrono::milliseconds connect_timeout{2000};
  /// Size limit of a body after decompression, in bytes; above zero.
  std::size_t max_body_bytes = 4u << 20;
  /// Number of connections kept open between calls; does not limit the number of simultaneous
  /// calls.
  std::size_t handles_kept = 16;
  /// Value of the User-Agent header.
  std::string user_agent = "stock-service";
  /// PEM file with the only certificate authorities to trust; empty: those of the system.
  std::optional<std::string> ca_file = {};
};

/// A transport with safe defaults: certificates are verified, redirects are not followed, time and
/// bytes are bounded, and connections stay open between calls. No error text contains the URL,
/// which carries the API key. Proxies are taken from the environment, as is usual for libcurl.
///
/// Each call borrows a handle, preferably the one returned last, so that few simultaneous calls use
/// few connections. A call sends exactly one request: libcurl's silent retry on a connection that
/// has died is prevented, because no quota would have counted it.
///
///     CurlTransport transport({.base_url = "https://www.alphavantage.co"});
///     TransportResult result =
///         transport.get("/query?function=MARKET_STATUS&apikey=...", 5s, stop);
///
/// Thread-safety: `get` may be called from any number of threads simultaneously.
class CurlTransport final : public Transport {
 public:
  /// `wall` is used to interpret a Retry-After header that contains a date; it must outlive the
  /// transport. Throws `std::invalid_argument` if a setting is unusable, and `std::runtime_error`
  /// if libcurl cannot be initialised.
  explicit CurlTransport(CurlTransportSettings settings,
                         const WallClock& wall = system_wall_clock());
  /// Precondition: no call is in progress.
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  [[nodiscard]] TransportResult get(const std::string& target, circuitbreaker::Duration timeout,
                                    std::stop_token stop) override;

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace stockclient
