#pragma once
/// The stock client's errors as problem documents.

#include <string>

#include "service/http/problem.h"
#include "stockclient/domain/answer.h"

namespace service {

/// Converts an error of the stock client for a client that asked for `symbol`, which may be empty.
[[nodiscard]] Problem to_problem(const stockclient::StockError& error, std::string symbol);

}  // namespace service
