#pragma once
/// Circuit breaking for cpp-httplib's servers and clients.
///
///     server.Get("/orders", guard(database, [&](const httplib::Request&, httplib::Response& r) {
///       r.set_content(load_orders(), "application/json");   // 503 while `database` is open
///     }));
///
///     GuardedClient client(http, upstream);
///     auto response = client.Get("/quotes");   // expected<Response, CallError<httplib::Error>>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <httplib.h>

#include "circuitbreaker/adapters/http_status.h"
#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {

namespace detail {

/// A JSON string, quotes included.
[[nodiscard]] inline std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (byte < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      json += escaped;
    } else {
      json += c;
    }
  }
  return json += '"';
}

/// Answers a request whose dependency is not called, with a problem (RFC 9457) and Retry-After.
inline void respond_unavailable(httplib::Response& response, const std::string& dependency,
                                const Rejected& rejected) {
  response.status = 503;
  if (rejected.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*rejected.retry_after).count();
    response.set_header("Retry-After", std::to_string(seconds > 0 ? seconds : 1));
  }
  const std::string detail = "The dependency '" + dependency +
                             "' is unavailable: " + std::string(to_string(rejected.reason));
  response.set_content(
      R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":)" +
          json_string(detail) + "}",
      "application/problem+json");
}

/// The status that a handler chose. cpp-httplib sends 200 if the handler chose none.
struct HandledStatus {
  int status;  ///< -1 while the handler has set none
};

/// Judges a server's own response. Only statuses of 500 and above count as failures of the
/// dependency; a 429 sent by a handler says that its client made too many requests.
struct HandlerClassifier {
  /// The verdict on the status.
  Assessment operator()(const HandledStatus& handled) const noexcept {
    return handled.status >= 500 ? Verdict::failure : Verdict::success;
  }
};

}  // namespace detail

/// Middleware for handlers that need one dependency. While its breaker rejects calls, requests get
/// a 503 problem with Retry-After instead of the handler's response. A response with a status of
/// 500 or above and an exception, which is rethrown, count as failures of the dependency. The
/// returned handler shares the breaker and may run on several threads if `handler` may. Throws
/// `std::invalid_argument` if `breaker` is null, for example because a `Registry` was full.
[[nodiscard]] inline httplib::Server::Handler guard(std::shared_ptr<CircuitBreaker> breaker,
                                                    httplib::Server::Handler handler) {
  detail::require_policy(breaker);
  std::string name = breaker->name();
  return
      [name = std::move(name), guarded = when(std::move(breaker), detail::HandlerClassifier()),
       handler = std::move(handler)](const httplib::Request& request, httplib::Response& response) {
        const auto handled = guarded.call([&] {
          handler(request, response);
          return detail::HandledStatus{response.status};
        });
        if (!handled) detail::respond_unavailable(response, name, handled.error());
      };
}

/// Like the overload above, but for a breaker that the caller owns and that outlives the handler.
[[nodiscard]] inline httplib::Server::Handler guard(CircuitBreaker& breaker,
                                                    httplib::Server::Handler handler) {
  return guard(std::shared_ptr<CircuitBreaker>(std::shared_ptr<void>(), &breaker),
               std::move(handler));
}

/// A classifier for calls that return the result of a cpp-httplib client. A response is judged by
/// `assess_http_status`, with its Retry-After; a cancelled request is ignored; every other
/// error is a failure.
struct HttplibClassifier {
  /// The verdict on a response.
  Assessment operator()(const httplib::Response& response) const {
    return assess_http_status(response.status,
                              parse_retry_after_seconds(response.get_header_value("Retry-After")));
  }
  /// The verdict on an error.
  Assessment operator()(const httplib::Error& error) const noexcept {
    return error == httplib::Error::Canceled ? Verdict::ignored : Verdict::failure;
  }
};

/// A cpp-httplib client whose requests go through a breaker. Only the client's own timeouts apply,
/// because cpp-httplib has no deadline per request. Client and breaker must outlive this object.
/// As safe across threads as the client.
class GuardedClient {
 public:
  /// The result of a request.
  using Result = expected<httplib::Response, CallError<httplib::Error>>;

  /// Sends requests with `client` while `breaker` admits them.
  GuardedClient(httplib::Client& client, CircuitBreaker& breaker)
      : client_(client), guarded_(breaker.when(HttplibClassifier())) {}

  /// Sends a GET request.
  [[nodiscard]] Result Get(const std::string& path, const httplib::Headers& headers = {}) {
    return guarded_.call([&] { return client_.Get(path, headers); });
  }
  /// Sends a POST request.
  [[nodiscard]] Result Post(const std::string& path, const std::string& body,
                            const std::string& content_type, const httplib::Headers& headers = {}) {
    return guarded_.call([&] { return client_.Post(path, headers, body, content_type); });
  }
  /// Sends a request of any kind.
  [[nodiscard]] Result send(const httplib::Request& request) {
    return guarded_.call([&] { return client_.send(request); });
  }

 private:
  httplib::Client& client_;
  ClassifiedBreaker<CircuitBreaker*, HttplibClassifier> guarded_;
};

}  // namespace circuitbreaker
