#include "tests/stockclient/wire/transport_harness.h"

namespace stockclient::testing {

LoopbackServer::Handler always(const std::string& body, const std::string& status,
                               const std::string& headers) {
  return each_request([=](Connection& connection) { connection.respond(body, status, headers); });
}

LoopbackServer::Handler once(const std::string& bytes) {
  return [bytes](Connection& connection) {
    if (connection.read_request()) connection.send(bytes);
  };
}

TransportResult get_from(const LoopbackServer& server, circuitbreaker::Duration timeout,
                         const std::string& target) {
  CurlTransport transport({.base_url = server.url()});
  return transport.get(target, timeout, {});
}

std::string fault_of(const TransportResult& result) {
  if (result) return "none: status " + std::to_string(result->status);
  switch (result.error().fault) {
    case TransportFault::timeout:
      return "timeout";
    case TransportFault::dns:
      return "dns";
    case TransportFault::connect:
      return "connect";
    case TransportFault::tls:
      return "tls";
    case TransportFault::reset:
      return "reset";
    case TransportFault::too_large:
      return "too_large";
    case TransportFault::cancelled:
      return "cancelled";
    case TransportFault::other:
      return "other";
  }
  return "";
}

}  // namespace stockclient::testing
