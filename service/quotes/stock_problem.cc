#include "service/quotes/stock_problem.h"

#include <utility>

namespace service {

Problem to_problem(const stockclient::Failure& failure, std::string symbol) {
  const stockclient::FailureTraits& kind = traits(failure.kind);
  return {.code = problem_code(kind.code),
          .detail = std::string(kind.message),
          .symbol = std::move(symbol),
          .retry_after = failure.retry_after};
}

}  // namespace service
