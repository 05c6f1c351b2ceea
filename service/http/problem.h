#pragma once
/// Errors as application/problem+json (RFC 9457), with the codes of the contract.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/http/http_message.h"
#include "stockclient/domain/answer.h"

namespace service {

enum class ProblemCode : std::uint8_t {
  bad_request,
  unauthorized,
  not_found,
  method_not_allowed,
  request_timeout,
  payload_too_large,
  uri_too_long,
  headers_too_large,
  too_many_requests,
  internal,
  unsupported,
  upstream_failure,
  circuit_open,
  upstream_throttled,
  misconfigured,
  overloaded,
  upstream_timeout,
};

/// `bad_request`, as in the JSON.
[[nodiscard]] std::string_view to_string(ProblemCode code) noexcept;
[[nodiscard]] int status_of(ProblemCode code) noexcept;
/// Whether the very same request may succeed later.
[[nodiscard]] bool retryable(ProblemCode code) noexcept;
/// The reason phrase of RFC 9110; empty for a status this service never sends.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

struct Problem {
  ProblemCode code = ProblemCode::internal;
  /// One sentence for people.
  std::string detail;
  /// Valid symbols only: nothing a caller made up is repeated.
  std::string symbol = {};
  /// The parameter at fault.
  std::string parameter = {};
  std::optional<std::chrono::nanoseconds> retry_after = std::nullopt;
};

/// When to ask again, in whole seconds: on every 429 and 503, one second when nobody knows better.
[[nodiscard]] std::optional<std::int64_t> retry_after_of(const Problem& problem);

/// With Retry-After where `retry_after_of` has one.
[[nodiscard]] HttpResponse problem_response(const Problem& problem);

/// What the stock client's error is to a caller who asked for `symbol` (may be empty).
[[nodiscard]] Problem to_problem(const stockclient::StockError& error, std::string symbol);

/// The code of that name; `bad_request` when there is none.
[[nodiscard]] ProblemCode problem_code(std::string_view name) noexcept;

}  // namespace service
