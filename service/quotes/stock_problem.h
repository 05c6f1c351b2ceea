#pragma once
/// The stock client's failures as problem documents.

#include <string>

#include "service/http/problem.h"
#include "stockclient/domain/failure.h"

namespace service {

/// Converts a failure of the stock client for a client that asked for `symbol`, which may be empty.
[[nodiscard]] Problem to_problem(const stockclient::Failure& failure, std::string symbol);

}  // namespace service
