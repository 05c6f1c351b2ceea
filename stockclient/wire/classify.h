#pragma once
/// Classifies the answers of the upstream.
///
/// Alpha Vantage reports nearly every failure with status 200, under keys and in words that change.
/// Answers are therefore told apart by shape: first by whether they contain usable data, and only
/// then by the text of a notice.

#include "stockclient/domain/failure.h"
#include "stockclient/domain/figure.h"
#include "stockclient/domain/query.h"
#include "stockclient/time/wall_clock.h"
#include "stockclient/wire/data_reader.h"
#include "stockclient/wire/transport.h"

namespace stockclient {

/// A classified upstream answer.
struct ClassifiedAnswer {
  ReadResult result;             ///< The data, or the failure.
  UnreadableFigures unreadable;  ///< Figures that are missing because they cannot be read.
};

/// Classifies the response to `query`, received at `now`. Data are returned only for exactly the
/// requested symbol, and never for a trading day after `now`. An empty answer is `not_found`; the
/// caller, who knows whether the symbol was known before, turns that into `data_missing`, and a
/// search without matches into an empty list.
///
///     ClassifiedAnswer answer = classify({Function::global_quote, "IBM"}, response, wall.now());
///     if (answer.result) show(std::get<Quote>(*answer.result));
///
/// Details of failures are in this program's own words and contain no upstream text, which may echo
/// the API key. Pure, safe from any thread; throws only `std::bad_alloc`. The cost is linear in the
/// body's size (about 5 µs for a quote).
[[nodiscard]] ClassifiedAnswer classify(const Query& query, const TransportResponse& response,
                                        WallTime now);

/// The failure of an attempt that got no response.
[[nodiscard]] Failure classify(const TransportError& error);

}  // namespace stockclient
