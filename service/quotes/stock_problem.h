#pragma once
/// Converts the stock client's failures to problem documents.

#include <string>

#include "service/http/problem.h"
#include "stockclient/domain/failure.h"

namespace service {

/// Converts a failure of the stock client. `symbol` is the requested symbol and may be empty.
[[nodiscard]] Problem to_problem(const stockclient::Failure& failure, std::string symbol);

}  // namespace service
