#pragma once
/// The functions that the connection layer calls, and the values it passes to them.

#include <chrono>
#include <functional>
#include <string_view>

#include "service/http/http_message.h"

namespace service {

/// A request that was rejected before any handler saw it, and the reason.
struct RejectedRequest {
  /// HTTP status of the answer.
  int status = 400;
  /// The error code of the service's contract, such as `bad_request`.
  std::string_view code = "bad_request";
  /// One sentence for the client. It never repeats anything that the client sent.
  std::string_view detail;
  /// Seconds for `Retry-After`; 0 sends none.
  int retry_after_seconds = 0;
  /// The request's `X-Request-Id`, if it arrived before the rejection: unchecked client input.
  std::string_view request_id = {};
};

/// Formats the answer to a rejected request as `application/problem+json`. Called from the event
/// loops.
using RejectionFormatter = std::function<HttpResponse(const RejectedRequest&)>;

/// An answered request. It is reported once, when its answer has been formatted; a streamed answer
/// is reported when its head has been formatted.
struct AnsweredRequest {
  /// Method and path are empty if the request was rejected before they could be read.
  const HttpRequest& request;
  /// The answer; for a streamed answer, only its head.
  const HttpResponse& response;
  /// Time since the request's last byte arrived; zero for a rejected request.
  std::chrono::nanoseconds elapsed;
};

/// Receives answered requests, for metrics and the access log. Called from the event loops; must
/// not block.
using AnswerObserver = std::function<void(const AnsweredRequest&)>;

/// The functions that the connection layer calls, simultaneously from all event loops.
struct ConnectionHooks {
  /// Answers requests. An exception becomes a 500 that does not reveal its text.
  Handler handler;
  /// Formats the connection layer's own answers. Must not throw.
  RejectionFormatter format_rejection;
  /// May be empty.
  AnswerObserver observe = {};
};

}  // namespace service
