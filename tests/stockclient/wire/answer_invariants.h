#pragma once
/// The invariants of every classified answer, whatever bytes it was made from. Shared by the
/// property tests and the fuzzer.

#include <string>

#include "stockclient/domain/query.h"
#include "stockclient/wire/data_reader.h"

namespace stockclient::testing {

/// Names the invariant that `result` violates as an answer to `query`; empty if there is none.
[[nodiscard]] std::string broken_invariant(const Query& query, const ReadResult& result);

}  // namespace stockclient::testing
