#pragma once
/// The settings of the connection layer.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "service/http/client_identity.h"

namespace service {

/// Plain values whose defaults are the service's. They bound every buffer and every wait of the
/// connection layer.
struct ConnectionSettings {
  /// Address or host name to listen on.
  std::string host = "127.0.0.1";
  /// Port to listen on; 0 lets the system choose one, which `ConnectionServer::port()` returns.
  std::uint16_t port = 8080;
  /// Threads that serve connections; 0 means one for each core.
  std::size_t event_loops = 0;
  /// Clamped to the open-file limit less 256, see `ConnectionServer::max_connections()`.
  std::size_t max_connections = 20000;
  /// Proxies whose `X-Forwarded-For` is believed when it names the client.
  NetworkList trusted_proxies = {};
  /// Connections that the kernel queues until they are accepted.
  int backlog = 4096;

  /// Longest time from a request's first byte to its last, and from accepting a connection to its
  /// first byte.
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(5);
  /// How long a connection may stay open without a request.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  /// How long a client may go without reading anything while an answer waits for it.
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(10);
  /// How long the rest of a rejected client's bytes is read and dropped, so that a TCP reset does
  /// not destroy the answer on its way.
  std::chrono::nanoseconds linger_timeout = std::chrono::seconds(1);
  /// Longest time that a drain gives requests that have begun.
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);
  /// How long a draining server still answers new requests on open connections and accepts
  /// connections that have queued up.
  std::chrono::nanoseconds last_call = std::chrono::milliseconds(250);

  /// Request line and header section together, in bytes.
  std::size_t max_head_bytes = 16384;
  /// The request target, in bytes; at most 8000, so that cpp-httplib's own limit is never reached.
  std::size_t max_target_bytes = 8000;
  /// Header fields of a request, and trailer fields of a chunked body.
  std::size_t max_headers = 100;
  /// A decoded request body, in bytes. No route reads one, so it is framed and then dropped.
  std::size_t max_body_bytes = 4096;
  /// While a connection has this many unsent bytes, its further requests wait.
  std::size_t max_output_bytes = std::size_t{256} * 1024;
};

}  // namespace service
