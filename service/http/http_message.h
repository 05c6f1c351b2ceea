#pragma once
/// Requests and responses as the handlers see them: independent of the server that carries them.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace service {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  /// As on the request line: still percent-encoded, without the query.
  std::string path;
  /// Behind the `?`, still percent-encoded.
  std::string query;
  Headers headers;
  std::string remote_address;

  /// The first header of that name (case-insensitive), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  /// Of a header whose value is a list: all of that name as one list (RFC 9110, 5.3).
  [[nodiscard]] std::string header_list(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  /// Sent besides `headers`: those of a cached representation, rendered once; null is none.
  std::shared_ptr<const Headers> prepared_headers;
  std::string content_type = "application/json";
  /// Shared, so that a cached representation is sent without being copied; null is an empty body.
  std::shared_ptr<const std::string> body;
  /// The route's pattern, for metrics: `/stocks/{symbol}`, or `unmatched`.
  std::string_view route = "unmatched";

  /// Calls `visit(name, value)` for each header but Content-Type.
  template <class Visit>
  void each_header(Visit visit) const {
    if (prepared_headers)
      for (const auto& [name, value] : *prepared_headers) visit(name, value);
    for (const auto& [name, value] : headers) visit(name, value);
  }
};

/// A response that is still to come: some flight has to land first.
/// Thread-safety: `when_ready` once, from the thread that got it; `take` once, after `on_ready` was
/// called. Destroying it gives up the wait.
class PendingResponse {
 public:
  virtual ~PendingResponse() = default;
  /// `on_ready` is called exactly once, from any thread, perhaps before this returns; it must not
  /// block.
  virtual void when_ready(std::function<void()> on_ready) = 0;
  [[nodiscard]] virtual HttpResponse take() = 0;
};

/// What a handler returns: the response, or the promise of one. No handler ever waits.
using HandlerResult = std::variant<HttpResponse, std::unique_ptr<PendingResponse>>;

/// Thread-safe: a server calls it from all of its threads at once.
using Handler = std::function<HandlerResult(const HttpRequest&)>;

/// Waits for a pending response: for servers that have a thread for each request.
[[nodiscard]] HttpResponse await(HandlerResult result);

}  // namespace service
