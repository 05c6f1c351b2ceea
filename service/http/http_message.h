#pragma once
/// Requests and responses as handlers see them, independent of the server.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "service/http/body_stream.h"

namespace service {

/// Header fields in order, as pairs of name and value.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request as it was sent: nothing in it is percent-decoded.
struct HttpRequest {
  /// `GET`, for example; upper case.
  std::string method;
  /// The target's path, still percent-encoded, without the query.
  std::string path;
  /// The part of the target after the first `?`, still percent-encoded.
  std::string query;
  /// In the order in which they were sent, except names with an underscore, which are dropped.
  Headers headers;
  /// The client's IP address, as `client_identity` finds it.
  std::string client_address;

  /// The value of the first header of that name, ignoring case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  /// The values of all headers of that name as one comma-separated list (RFC 9110 section 5.3); for
  /// headers whose value is a list.
  [[nodiscard]] std::string header_list(std::string_view name) const;
};

/// A whole response, or the head of a streamed one.
struct HttpResponse {
  /// HTTP status, 200 to 599.
  int status = 200;
  /// Sent unchanged, except that a field whose name or value is not valid HTTP (for example because
  /// it contains a line break) is left out.
  Headers headers;
  /// Sent in addition to `headers`, and shared by all answers that show the same cached
  /// representation. Null if there is none.
  std::shared_ptr<const Headers> prepared_headers;
  /// Value of `Content-Type`, sent when there is a body.
  std::string content_type = "application/json";
  /// Shared, so that cached representations are not copied. Null for an empty body.
  std::shared_ptr<const std::string> body;
  /// The route's pattern, for metrics: `/stocks/{symbol}`, or `unmatched`.
  std::string_view route = "unmatched";

  /// Calls `visit(name, value)` for each header except Content-Type.
  template <class Visit>
  void each_header(Visit visit) const {
    if (prepared_headers)
      for (const auto& [name, value] : *prepared_headers) visit(name, value);
    for (const auto& [name, value] : headers) visit(name, value);
  }
};

/// A response that is not available yet, for example because the upstream call that it needs is
/// still in progress. Destroying it abandons the wait. Thread-safety: the server calls `when_ready`
/// once, and `take` once after `on_ready` was called; both from the thread that received the
/// object.
class PendingResponse {
 public:
  virtual ~PendingResponse() = default;
  /// Registers the function that is called exactly once when the response is ready: from any
  /// thread, perhaps before this function returns. `on_ready` must not block.
  virtual void when_ready(std::function<void()> on_ready) = 0;
  /// Returns the response. An exception becomes a 500 without its text.
  [[nodiscard]] virtual HttpResponse take() = 0;
};

/// A response whose body is produced while it is sent: chunked in HTTP/1.1; in HTTP/1.0 the end of
/// the connection ends it. The answer to HEAD is only the head, and closes the stream.
struct StreamedResponse {
  /// Status and headers. Its `body` stays null.
  HttpResponse head;
  /// Never null. The server ends the stream when it drains and closes it when the client leaves.
  std::shared_ptr<BodyStream> body;
};

/// A handler's result: a response, a response that is not available yet, or a streamed one.
/// Handlers never wait.
using HandlerResult =
    std::variant<HttpResponse, std::unique_ptr<PendingResponse>, StreamedResponse>;

/// Answers requests. The server calls it simultaneously from all of its threads.
using Handler = std::function<HandlerResult(const HttpRequest&)>;

}  // namespace service
