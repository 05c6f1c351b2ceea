#pragma once
/// How many calls the upstream grants: the plan behind an API key.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace stockclient {

/// Empty limits do not apply. 1 to 100,000 each.
struct QuotaPlan {
  std::string name = "unlimited";
  std::optional<std::uint32_t> per_second;
  std::optional<std::uint32_t> per_minute;
  std::optional<std::uint32_t> per_day;
};
inline constexpr std::uint32_t kMaxQuotaLimit = 100'000;

/// `free` (1 a second, 25 a day), `premium-N` for 15 to 1200 calls a minute with bursts as the
/// upstream grants them (5 to 30 a second), `unlimited`, or `custom`, whose limits the caller then
/// sets. The error says what is allowed.
[[nodiscard]] circuitbreaker::expected<QuotaPlan, std::string> parse_quota_plan(
    std::string_view text);

}  // namespace stockclient
