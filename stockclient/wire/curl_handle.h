#pragma once
/// One libcurl handle with its connection: makes one GET at a time. An implementation detail of
/// `CurlTransport`.

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include <curl/curl.h>

#include "circuitbreaker/clock.h"

#include "stockclient/wire/curl_transport.h"
#include "stockclient/wire/transport.h"

namespace stockclient {

/// Used by one thread at a time; never moved, because libcurl keeps its address.
class CurlHandle {
 public:
  /// Throws `std::runtime_error` when libcurl refuses; `settings` must outlive the handle.
  explicit CurlHandle(const CurlTransportSettings& settings);
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  /// As `Transport::get`, with the whole URL.
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
  // The multi handle owns the connection, so it is destroyed last.
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<CURL, EasyDeleter> easy_;

  // Of the call under way.
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool request_sent_ = false;
};

}  // namespace stockclient
