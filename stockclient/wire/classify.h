#pragma once
/// Decides what an upstream answer is. Alpha Vantage reports nearly every failure with status 200,
/// under keys and in words that change, so answers are told apart by shape: first whether there are
/// data that can be used, and only then by what a notice says.
///
/// Pure functions, safe from any thread; they never throw except when memory runs out. Their cost
/// is linear in the body's size (a quote: about 5 µs). Details are our own words: no byte of an
/// upstream text, which may echo the API key, ever leaves here except as a checked field of data.

#include "stockclient/domain/answer_class.h"
#include "stockclient/domain/query.h"
#include "stockclient/wire/transport.h"

namespace stockclient {

/// The result is data only for exactly what was asked. An empty answer is `not_found`; whether the
/// symbol was known before, which makes it `data_missing`, is the caller's knowledge. So it is for
/// a search without matches, which its caller answers with an empty list: were it data, it would
/// overwrite matches that were known.
[[nodiscard]] AttemptResult classify(const Query& query, const TransportResponse& response);

/// What an attempt that brought no response comes to.
[[nodiscard]] Fault classify(const TransportError& error);

}  // namespace stockclient
