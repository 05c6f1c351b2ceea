#pragma once
/// Alpha Vantage as an upstream: one question is one HTTP call.
///
///     CurlTransport transport({.base_url = "https://www.alphavantage.co"});
///     AlphaVantage upstream({.api_key = Secret(key)}, transport);
///     AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, 5s, stop);
///
/// Thread-safety: as `Upstream`.

#include <optional>
#include <string>

#include "stockclient/domain/secret.h"
#include "stockclient/wire/transport.h"
#include "stockclient/wire/upstream.h"

namespace stockclient {

struct AlphaVantageSettings {
  /// Must not be empty.
  Secret api_key;
  /// Sent with quotes when set: `delayed` or `realtime`, for keys that are entitled to it.
  std::optional<std::string> entitlement = {};
};

class AlphaVantage final : public Upstream {
 public:
  /// `transport` must outlive the upstream. Throws `std::invalid_argument` when there is no key.
  AlphaVantage(AlphaVantageSettings settings, Transport& transport);

  [[nodiscard]] AttemptResult fetch(const Query& query, circuitbreaker::Duration timeout,
                                    std::stop_token stop) noexcept override;

 private:
  /// Path and query with every value percent-encoded, so that no symbol can rewrite the call. Holds
  /// the key: not to be logged.
  [[nodiscard]] std::string target_for(const Query& query) const;

  AlphaVantageSettings settings_;
  Transport& transport_;
};

}  // namespace stockclient
