#pragma once
/// The plan behind an API key.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace stockclient {

/// How many calls the upstream grants. An empty limit does not apply; the others are 1 to
/// `kMaxQuotaLimit`.
struct QuotaPlan {
  /// As in the settings: `premium-75`.
  std::string name = "unlimited";
  /// Calls in any second.
  std::optional<std::uint32_t> per_second;
  /// Calls in any minute.
  std::optional<std::uint32_t> per_minute;
  /// Calls in a day, from one reset to the next.
  std::optional<std::uint32_t> per_day;
};
/// The largest limit that a plan may have.
inline constexpr std::uint32_t kMaxQuotaLimit = 100'000;

/// Reads `free` (1 call a second, 25 a day), `premium-N` for 15 to 1200 calls a minute with bursts
/// as the upstream grants them (5 to 30 a second), `unlimited`, or `custom`, whose limits the
/// caller then sets. The error says what is allowed.
[[nodiscard]] circuitbreaker::expected<QuotaPlan, std::string> parse_quota_plan(
    std::string_view text);

}  // namespace stockclient
