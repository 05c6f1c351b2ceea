#pragma once
/// The settings of the connection layer.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "service/http/client_identity.h"

namespace service {

/// Plain values whose defaults are the service's defaults. They bound every buffer and every wait
/// of the connection layer.
struct ConnectionSettings {
  /// Address or host name to listen on.
  std::string host = "127.0.0.1";
  /// Port to listen on; 0 lets the system choose one, which `ConnectionServer::port()` returns.
  std::uint16_t port = 8080;
  /// Threads that serve connections; 0 means one for each core.
  std::size_t event_loops = 0;
  /// Maximum number of open connections. Clamped to the open-file limit minus 256; see
  /// `ConnectionServer::max_connections()`.
  std::size_t max_connections = 20000;
  /// Proxies whose `X-Forwarded-For` is believed when it names the client.
  NetworkList trusted_proxies = {};
  /// Length of the kernel's queue of connections that wait to be accepted.
  int backlog = 4096;

  /// Longest time from a request's first byte to its last, and from accepting a connection to the
  /// first byte of its first request.
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(5);
  /// How long a connection may stay open without a request.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  /// How long a client may go without reading anything while it has an answer to read.
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(10);
  /// How long the remaining bytes of a rejected client are read and dropped, so that no TCP reset
  /// discards the answer before the client has read it.
  std::chrono::nanoseconds linger_timeout = std::chrono::seconds(1);
  /// Maximum time that a drain waits for requests in progress to complete.
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);
  /// How long a draining server still answers new requests on open connections and accepts
  /// connections that have queued up.
  std::chrono::nanoseconds last_call = std::chrono::milliseconds(250);

  /// Size limit of request line and header section together, in bytes.
  std::size_t max_head_bytes = 16384;
  /// Size limit of the request target, in bytes; at most 8000, so that cpp-httplib's own limit is
  /// never reached.
  std::size_t max_target_bytes = 8000;
  /// Maximum number of header fields of a request, and of trailer fields of a chunked body.
  std::size_t max_headers = 100;
  /// Size limit of a decoded request body, in bytes. No route reads a body; the server only finds
  /// its end and drops it.
  std::size_t max_body_bytes = 4096;
  /// While a connection has at least this many unsent bytes, its further requests wait.
  std::size_t max_output_bytes = std::size_t{256} * 1024;
};

}  // namespace service
