#pragma once
/// What the connection layer can be told, and what it tells: settings, refusals, exchanges.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "service/http/http_message.h"

namespace service {

/// Plain values; the defaults are the service's. Every buffer and every wait has its limit here.
struct ConnectionSettings {
  std::string host = "127.0.0.1";
  /// 0 lets the system choose; `ConnectionServer::port()` then says which.
  std::uint16_t port = 8080;
  /// Threads that serve connections; 0 is one for each core.
  std::size_t event_loops = 0;
  /// Clamped to the open-file limit less 256, see `ConnectionServer::max_connections()`.
  std::size_t max_connections = 20000;
  /// Connections that the system holds ready until they are accepted.
  int backlog = 4096;

  /// From a request's first byte to its last, and from a connection's beginning to its first byte.
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(5);
  /// How long a connection is kept that asks nothing.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  /// How long a client may take no byte of an answer that waits for it.
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(10);
  /// How long, after a refusal, the rest of what a client sends is read off, so that the answer is
  /// not lost to a reset.
  std::chrono::nanoseconds linger_timeout = std::chrono::seconds(1);
  /// A drain's limit for requests that have begun.
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);
  /// How long a draining server goes on answering what its open connections still ask.
  std::chrono::nanoseconds last_call = std::chrono::milliseconds(250);

  /// Request line and header section, in bytes.
  std::size_t max_head_bytes = 16384;
  /// The request target alone; at most 8000, so that cpp-httplib's own limit is never met.
  std::size_t max_target_bytes = 8000;
  std::size_t max_headers = 100;
  /// A decoded request body. No route reads one: it is read off and dropped.
  std::size_t max_body_bytes = 4096;
  /// Past this many unsent bytes a connection's further requests wait.
  std::size_t max_output_bytes = std::size_t{256} * 1024;
};

/// Why a request was turned away before any handler saw it. `code` is the contract's error code.
struct Refusal {
  int status = 400;
  std::string_view code = "bad_request";
  /// For the caller to read; never repeats what he sent.
  std::string_view detail;
  /// For `Retry-After`; 0 is none.
  int retry_after_seconds = 0;
  /// The request's `X-Request-Id`, as far as the request had come; anything a client may send.
  std::string_view request_id = {};
};

/// Makes the answer to a refused request, `application/problem+json`. Called from the event loops.
using RefusalFormatter = std::function<HttpResponse(const Refusal&)>;

/// One answered request, told once, when its answer has been formatted.
struct Exchange {
  /// Empty method and path: the request was refused before it could be read.
  const HttpRequest& request;
  const HttpResponse& response;
  /// From the arrival of the request's last byte; zero for a refusal.
  std::chrono::nanoseconds elapsed;
};

/// For metrics and the access log. Called from the event loops; must not block.
using ExchangeObserver = std::function<void(const Exchange&)>;

/// Whom the connection layer calls; the observer may be empty.
struct ConnectionHooks {
  Handler handler;
  RefusalFormatter format_refusal;
  ExchangeObserver observe = {};
};

}  // namespace service
