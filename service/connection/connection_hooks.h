#pragma once
/// The functions that the connection layer calls, and the values it passes to them.

#include <chrono>
#include <functional>
#include <string_view>

#include "service/http/http_message.h"

namespace service {

/// A request that was turned away before any handler saw it, and why.
struct RejectedRequest {
  /// HTTP status of the answer.
  int status = 400;
  /// The contract's error code, as `bad_request`.
  std::string_view code = "bad_request";
  /// One sentence for the client. It never repeats anything that the client sent.
  std::string_view detail;
  /// Seconds for `Retry-After`; 0 sends none.
  int retry_after_seconds = 0;
  /// The request's `X-Request-Id` as far as the request had arrived: unchecked client input.
  std::string_view request_id = {};
};

/// Makes the answer to a rejected request, `application/problem+json`. Called from the event loops.
using RejectionFormatter = std::function<HttpResponse(const RejectedRequest&)>;

/// One answered request, reported once, when its answer has been formatted. A streamed answer is
/// reported when its head has been formatted.
struct AnsweredRequest {
  /// Method and path are empty when the request was rejected before it could be read.
  const HttpRequest& request;
  /// The answer; the head of a streamed one.
  const HttpResponse& response;
  /// Time since the request's last byte arrived; zero for a rejected request.
  std::chrono::nanoseconds elapsed;
};

/// For metrics and the access log. Called from the event loops; must not block.
using AnswerObserver = std::function<void(const AnsweredRequest&)>;

/// The functions that the connection layer calls, from all event loops simultaneously.
struct ConnectionHooks {
  /// Answers requests. An exception it throws becomes a 500 without its text.
  Handler handler;
  /// Formats the answers that the connection layer gives by itself. Must not throw.
  RejectionFormatter format_rejection;
  /// May be empty.
  AnswerObserver observe = {};
};

}  // namespace service
