#pragma once
/// The answers of the stock client.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/quote.h"
#include "stockclient/time/boot_clock.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// Origin of data.
enum class Source : std::uint8_t {
  alpha_vantage,  ///< The real upstream.
  simulator,      ///< The simulator, for demonstrations and tests.
};
/// The value of the JSON member `source`, such as `alpha_vantage`.
[[nodiscard]] std::string_view to_string(Source source) noexcept;

/// One upstream answer as it is stored. Immutable once it is shared, so safe to read from any
/// thread.
struct Record {
  /// The answer's data.
  Data data;
  /// When the upstream answered. Shown to users (as the JSON's `fetchedAt`), and used for the ages
  /// of values that come from another process or survive a restart.
  WallTime fetched_at;
  /// Origin of the data.
  Source source = Source::alpha_vantage;
  /// The upstream's bytes that the data were read from; null if there are none.
  std::shared_ptr<const std::string> bytes = nullptr;
  /// Whether an earlier process fetched the data and this one has not confirmed them.
  bool is_restored = false;
};
/// A record is shared by the cache and by everyone who was answered with it; it is never copied.
using RecordPtr = std::shared_ptr<const Record>;

/// A record, and its fetch time on the clock that measures ages.
struct Value {
  /// The record; never null.
  RecordPtr record;
  /// When the upstream answered.
  BootTime fetched;
};

/// The result of a fetch.
using FetchResult = circuitbreaker::expected<Value, Failure>;

/// How an answer was obtained: the `result` label of `stock_cache_requests_total`.
enum class CacheResult : std::uint8_t {
  hit,       ///< A known value was fresh.
  stale,     ///< A known value was no longer fresh.
  miss,      ///< The caller waited for the upstream, or failed to get a value.
  negative,  ///< A remembered failure or an empty search result was used.
};
/// Number of cache results.
inline constexpr std::size_t kCacheResultCount = 4;
/// The enumerator's name.
[[nodiscard]] std::string_view to_string(CacheResult result) noexcept;

/// A value, with everything a caller needs to judge its quality.
struct Answer {
  /// The value; never null.
  RecordPtr record;
  /// Why the value is not fresh; empty if it is.
  std::optional<StaleReason> stale_reason;
  /// How the answer was obtained.
  CacheResult cache_result = CacheResult::hit;
  /// Time since the upstream answered.
  std::chrono::nanoseconds age{};
  /// The total freshness lifetime of such a value (RFC 9111, section 4.2.1), counted from the
  /// upstream's answer.
  std::chrono::nanoseconds fresh_ttl{};
  /// Whether the value is a quote that changes only after the close.
  bool is_end_of_day_quote = false;

  /// Whether the value is older than its freshness lifetime.
  [[nodiscard]] bool stale() const noexcept { return stale_reason.has_value(); }
};

/// Result of a request: a value, or the reason why there is none.
using Outcome = circuitbreaker::expected<Answer, Failure>;

}  // namespace stockclient
