#include "service/quotes/stock_problem.h"

#include <utility>

namespace service {
namespace {

ProblemCode to_code(stockclient::ErrorCode code) noexcept {
  using stockclient::ErrorCode;
  switch (code) {
    case ErrorCode::not_found:
      return ProblemCode::not_found;
    case ErrorCode::upstream_failure:
      return ProblemCode::upstream_failure;
    case ErrorCode::circuit_open:
      return ProblemCode::circuit_open;
    case ErrorCode::upstream_throttled:
      return ProblemCode::upstream_throttled;
    case ErrorCode::misconfigured:
      return ProblemCode::misconfigured;
    case ErrorCode::overloaded:
      return ProblemCode::overloaded;
    case ErrorCode::upstream_timeout:
      return ProblemCode::upstream_timeout;
    case ErrorCode::unsupported:
      return ProblemCode::unsupported;
    case ErrorCode::too_many_requests:
      return ProblemCode::too_many_requests;
    case ErrorCode::internal:
      break;
  }
  return ProblemCode::internal;
}

}  // namespace

Problem to_problem(const stockclient::StockError& error, std::string symbol) {
  return {.code = to_code(error.code),
          .detail = error.detail,
          .symbol = std::move(symbol),
          .retry_after = error.retry_after};
}

}  // namespace service
