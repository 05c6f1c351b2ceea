#pragma once
/// HTTP GET over libcurl with safe defaults: verified TLS, no redirects, bounded time and bytes,
/// and connections that stay warm. No text that leaves here contains the URL.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "stockclient/wire/transport.h"

namespace stockclient {

struct CurlTransportSettings {
  /// Scheme, host, optional port and path; `https`, or `http` for a plain upstream. User names,
  /// queries and fragments are refused.
  std::string base_url = "https://www.alphavantage.co";
  /// Above zero; the call's own timeout holds as well.
  std::chrono::milliseconds connect_timeout{2000};
  /// Of one body, after decompression.
  std::size_t max_body_bytes = 4u << 20;
  /// Connections kept open between calls. More calls than this may be under way at once.
  std::size_t handles_kept = 16;
  std::string user_agent = "stock-service";
  /// Trust only the authorities in this PEM file instead of the system's.
  std::optional<std::string> ca_file = {};
};

/// Each call borrows a handle of its own, the one returned last first, so that few calls use few
/// connections. A handle makes one request a call: libcurl's silent second try on a connection that
/// died is refused, since it would be a call that no quota has counted.
class CurlTransport final : public Transport {
 public:
  /// Throws `std::invalid_argument` when a setting cannot be used, `std::runtime_error` when
  /// libcurl cannot be initialised.
  explicit CurlTransport(CurlTransportSettings settings);
  /// Precondition: no call is under way.
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
