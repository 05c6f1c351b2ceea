#pragma once
/// Alpha Vantage as an upstream: one query is one HTTP call.

#include <optional>
#include <string>

#include "stockclient/domain/figure.h"
#include "stockclient/domain/observer.h"
#include "stockclient/domain/secret.h"
#include "stockclient/time/wall_clock.h"
#include "stockclient/wire/transport.h"
#include "stockclient/wire/upstream.h"

namespace stockclient {

/// How to call Alpha Vantage.
struct AlphaVantageSettings {
  Secret api_key;  ///< The API key; must not be empty.
  /// Sent with quotes if set: `delayed` or `realtime`, for keys that are entitled to it.
  std::optional<std::string> entitlement = {};
};

/// Encodes a query as a URL, calls Alpha Vantage over a transport, classifies the answer, and
/// reports unreadable figures to the observer.
///
///     CurlTransport transport({.base_url = "https://www.alphavantage.co"});
///     AlphaVantage upstream({.api_key = Secret(key)}, transport, system_wall_clock(), observer);
///     AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, 5s, stop);
///
/// Thread-safety: `fetch` may be called from any number of threads simultaneously.
class AlphaVantage final : public Upstream {
 public:
  /// Everything referenced must outlive the upstream. Throws `std::invalid_argument` if the API key
  /// is empty.
  AlphaVantage(AlphaVantageSettings settings, Transport& transport, const WallClock& wall,
               Observer& observer);

  /// See `Upstream::fetch`. The observer's `figures_unreadable` is called before this returns.
  [[nodiscard]] AttemptResult fetch(const Query& query, circuitbreaker::Duration timeout,
                                    std::stop_token stop) noexcept override;

 private:
  /// Path and query string with every value percent-encoded, so that no symbol can alter the call.
  /// Contains the API key and must not be logged.
  [[nodiscard]] std::string target_for(const Query& query) const;
  void report(const Query& query, const UnreadableFigures& unreadable) const noexcept;

  AlphaVantageSettings settings_;
  Transport& transport_;
  const WallClock& wall_;
  Observer& observer_;
};

}  // namespace stockclient
