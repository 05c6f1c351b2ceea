#pragma once
/// Errors as `application/problem+json` (RFC 9457), with the codes of the service's contract.
///
///     return problem_response({.code = ProblemCode::not_found, .detail = "No such symbol."});

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/http/http_message.h"

namespace service {

/// The kinds of error that a client of the service can encounter. Each has one status and tells
/// whether a retry makes sense; `to_string` gives its name in the JSON.
enum class ProblemCode : std::uint8_t {
  /// 400: the request is malformed or a parameter is wrong.
  bad_request,
  /// 401: credentials are missing or wrong.
  unauthorized,
  /// 404: no such path or symbol.
  not_found,
  /// 405: the path exists, but not with this method.
  method_not_allowed,
  /// 408: the request did not arrive in time.
  request_timeout,
  /// 413: the body is too large.
  payload_too_large,
  /// 414: the request target is too long.
  uri_too_long,
  /// 431: the header section is too large.
  headers_too_large,
  /// 429: this client sends too many requests.
  too_many_requests,
  /// 500: the service has a defect.
  internal,
  /// 501: the service or its upstream does not offer this.
  unsupported,
  /// 502: the upstream failed.
  upstream_failure,
  /// 503: the circuit breaker is open.
  circuit_open,
  /// 503: the upstream's quota is used up.
  upstream_throttled,
  /// 503: the upstream rejects the service's credentials.
  misconfigured,
  /// 503: the service is at its capacity limit.
  overloaded,
  /// 504: the upstream did not answer in time.
  upstream_timeout,
};

/// The code as it appears in the JSON: `bad_request`.
[[nodiscard]] std::string_view to_string(ProblemCode code) noexcept;
/// The HTTP status of answers with this code.
[[nodiscard]] int status_of(ProblemCode code) noexcept;
/// Whether the same request may succeed later.
[[nodiscard]] bool retryable(ProblemCode code) noexcept;
/// The reason phrase of RFC 9110; empty for statuses that the service never sends.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;
/// The error code with this name; `bad_request` if there is none.
[[nodiscard]] ProblemCode problem_code(std::string_view name) noexcept;

/// One error, before it is rendered.
struct Problem {
  /// Determines status and code.
  ProblemCode code = ProblemCode::internal;
  /// One sentence for human readers.
  std::string detail;
  /// The requested symbol, or empty. Only set to valid symbols, so that the answer never repeats
  /// arbitrary text from the client.
  std::string symbol = {};
  /// The query or path parameter that caused the error, or empty.
  std::string parameter = {};
  /// How long to wait before a retry makes sense, if known.
  std::optional<std::chrono::nanoseconds> retry_after = std::nullopt;
};

/// The value of `Retry-After` in whole seconds, which every 429 and 503 has: one second if nothing
/// better is known.
[[nodiscard]] std::optional<std::int64_t> retry_after_of(const Problem& problem);

/// Renders the problem, with `Retry-After` if `retry_after_of` returns a value.
[[nodiscard]] HttpResponse problem_response(const Problem& problem);

}  // namespace service
