#pragma once
/// The dependencies that have settings, by the name of their circuit breaker.

#include <array>
#include <string_view>

#include "service/settings/settings.h"
#include "stockclient/flights/upstream_breakers.h"

namespace service {

/// Name of the breaker that guards Alpha Vantage as a whole.
inline constexpr std::string_view kAlphaVantage = stockclient::kHostBreaker;

/// A dependency from the point of view of the settings.
struct DependencyEntry {
  /// Key below `circuit_breaker:` in YAML, and the breaker's name everywhere else.
  std::string_view name;
  /// Whether the dependency is configured. If not, its settings have no effect, and the service
  /// warns about any that are given.
  bool (*configured)(const ServiceSettings&);
  /// The settings of its breaker.
  const circuitbreaker::Settings& (*breaker)(const ServiceSettings&);
};

/// Name of the breaker of the store.
inline constexpr std::string_view kDatabase = "database";

/// The entry of one of Alpha Vantage's functions.
template <stockclient::Function kFunction>
constexpr DependencyEntry function_entry() noexcept {
  constexpr auto kIndex = static_cast<std::size_t>(kFunction);
  return {stockclient::kFunctionBreakers[kIndex], [](const ServiceSettings&) { return true; },
          [](const ServiceSettings& s) -> const circuitbreaker::Settings& {
            return s.functions[kIndex];
          }};
}

/// Every dependency that may have settings. This version cannot use a shared cache or an archive
/// yet; it accepts their settings so that one file can serve several versions.
inline constexpr std::array<DependencyEntry, 4 + stockclient::kFunctionCount> kDependencyEntries{{
    {kAlphaVantage, [](const ServiceSettings&) { return true; },
     [](const ServiceSettings& s) -> const circuitbreaker::Settings& { return s.alpha_vantage; }},
    function_entry<stockclient::Function::global_quote>(),
    function_entry<stockclient::Function::daily_series>(),
    function_entry<stockclient::Function::symbol_search>(),
    function_entry<stockclient::Function::market_status>(),
    {kDatabase, stores_values,
     [](const ServiceSettings& s) -> const circuitbreaker::Settings& {
       return s.database.breaker;
     }},
    {"cache", [](const ServiceSettings&) { return false; },
     [](const ServiceSettings& s) -> const circuitbreaker::Settings& { return s.cache.breaker; }},
    {"s3", [](const ServiceSettings&) { return false; },
     [](const ServiceSettings& s) -> const circuitbreaker::Settings& { return s.s3.breaker; }},
}};

}  // namespace service
