#pragma once
/// Shorthands for the loopback server's behaviour and for the results of calls.

#include <chrono>
#include <string>

#include "stockclient/wire/curl_transport.h"
#include "tests/stockclient/wire/loopback_server.h"

namespace stockclient::testing {

/// A timeout that is too long for any call of a test to reach.
inline constexpr std::chrono::seconds kAmple{60};

/// Runs `answer(connection)` for every request on a connection.
template <class Answer>
LoopbackServer::Handler each_request(Answer answer) {
  return [answer](Connection& connection) {
    while (connection.read_request()) answer(connection);
  };
}

/// Answers every request with the same response.
[[nodiscard]] LoopbackServer::Handler always(const std::string& body,
                                             const std::string& status = "200 OK",
                                             const std::string& headers = "");

/// Sends `bytes` after the first request, then closes.
[[nodiscard]] LoopbackServer::Handler once(const std::string& bytes);

/// Makes one call with a new transport.
[[nodiscard]] TransportResult get_from(const LoopbackServer& server,
                                       circuitbreaker::Duration timeout = kAmple,
                                       const std::string& target = "/query");

/// The name of the fault, or `none` and the status.
[[nodiscard]] std::string fault_of(const TransportResult& result);

}  // namespace stockclient::testing
