#pragma once
/// What the stock client answers: a value with its age and reason, or an error with what to do
/// about it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/query.h"

namespace stockclient {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Who gave the data: the names are those of the JSON `source`.
enum class Source : std::uint8_t { alpha_vantage, simulator };
[[nodiscard]] std::string_view to_string(Source source) noexcept;

/// One upstream answer as kept. Immutable once shared.
struct Record {
  Data data;
  /// When the upstream answered, for people (`fetchedAt`) and for ages that must survive a restart.
  WallTime fetched_at;
  Source source = Source::alpha_vantage;
};
using RecordPtr = std::shared_ptr<const Record>;

enum class StaleReason : std::uint8_t {
  revalidating,
  circuit_open,
  throttled,
  upstream_failure,
  upstream_timeout,
  misconfigured,
  unsupported,
  blocked,
  data_missing,
  data_fault,
  overloaded,
};
/// Number of enumerators of `StaleReason`.
inline constexpr std::size_t kStaleReasonCount = 11;
[[nodiscard]] std::string_view to_string(StaleReason reason) noexcept;

/// How the answer was come by: the `result` label of `stock_cache_requests_total`.
enum class CacheResult : std::uint8_t { hit, stale, miss, negative };
[[nodiscard]] std::string_view to_string(CacheResult result) noexcept;

struct Answer {
  RecordPtr record;
  /// Empty: fresh.
  std::optional<StaleReason> stale_reason;
  CacheResult cache_result = CacheResult::hit;
  /// Since the upstream answered.
  std::chrono::nanoseconds age{};
  /// The whole freshness lifetime of such a value (RFC 9111, section 4.2.1).
  std::chrono::nanoseconds fresh_ttl{};

  [[nodiscard]] bool stale() const noexcept { return stale_reason.has_value(); }
};

/// The codes of problem+json that the stock client can cause.
enum class ErrorCode : std::uint8_t {
  not_found,
  upstream_failure,
  circuit_open,
  upstream_throttled,
  misconfigured,
  overloaded,
  upstream_timeout,
  unsupported,
  internal,
  too_many_requests,
};
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

struct StockError {
  ErrorCode code = ErrorCode::internal;
  /// One sentence for the caller.
  std::string detail;
  std::optional<std::chrono::nanoseconds> retry_after;
  CacheResult cache_result = CacheResult::miss;
};

using Outcome = circuitbreaker::expected<Answer, StockError>;

}  // namespace stockclient
