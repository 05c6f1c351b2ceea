#pragma once
/// The quota plan that belongs to an API key.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace stockclient {

/// How many calls the upstream grants. An empty limit does not apply; the others are 1 to
/// `kMaxQuotaLimit`.
struct QuotaPlan {
  /// The plan's name as in the settings, such as `premium-75`.
  std::string name = "unlimited";
  /// Maximum number of calls in any second.
  std::optional<std::uint32_t> per_second;
  /// Maximum number of calls in any minute.
  std::optional<std::uint32_t> per_minute;
  /// Maximum number of calls in a day, from one reset to the next.
  std::optional<std::uint32_t> per_day;
};
/// The largest limit that a plan may have.
inline constexpr std::uint32_t kMaxQuotaLimit = 100'000;

/// Parses a plan name: `free` (1 call a second, 25 a day), `premium-N` for 15 to 1200 calls a
/// minute with the bursts that the upstream grants (5 to 30 a second), `unlimited`, or `custom`,
/// whose limits the caller then sets. The error says what is allowed.
[[nodiscard]] circuitbreaker::expected<QuotaPlan, std::string> parse_quota_plan(
    std::string_view text);

}  // namespace stockclient
