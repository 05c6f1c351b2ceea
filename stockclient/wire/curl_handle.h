#pragma once
/// One libcurl handle with its connection; an implementation detail of `CurlTransport`.

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include <curl/curl.h>

#include "circuitbreaker/clock.h"

#include "stockclient/wire/curl_transport.h"
#include "stockclient/wire/transport.h"

namespace stockclient {

/// Makes one HTTP GET at a time and keeps its connection open between calls. Cannot be copied or
/// moved, because libcurl stores its address.
///
/// Thread-safety: one thread at a time, not always the same one.
class CurlHandle {
 public:
  /// `settings` and `wall` must outlive the handle. Throws `std::runtime_error` if libcurl cannot
  /// create the handle or does not support an option that is essential for safety.
  CurlHandle(const CurlTransportSettings& settings, const WallClock& wall);
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  /// Like `Transport::get`, but takes the complete URL.
  [[nodiscard]] TransportResult get(const std::string& url, circuitbreaker::Duration timeout,
                                    const std::stop_token& stop);

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct MultiDeleter {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };

  void configure();
  [[nodiscard]] CURLcode perform(const std::stop_token& stop);
  [[nodiscard]] TransportResponse take_response();
  [[nodiscard]] TransportError error_of(CURLcode code) const;
  /// The status with which a proxy refused to open a tunnel to the upstream; 0 if none did.
  [[nodiscard]] int proxy_refusal() const;

  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(const char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_request(void* self, char* remote, char* local, int remote_port, int local_port);

  const CurlTransportSettings& settings_;
  const WallClock& wall_;
  // Declared first and so destroyed last, because it owns the connection.
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<CURL, EasyDeleter> easy_;

  // State of the call in progress.
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool request_sent_ = false;
};

}  // namespace stockclient
