#include "stockclient/quota/quota_plan.h"

#include <algorithm>
#include <charconv>

namespace stockclient {
namespace {

constexpr std::string_view kPremium = "premium-";
constexpr std::uint32_t kSmallestPremium = 15;
constexpr std::uint32_t kLargestPremium = 1200;

/// The published bursts range from 5 to 30 calls a second; the plan with 1200 calls a minute has
/// 30.
std::uint32_t burst_of(std::uint32_t per_minute) {
  return std::clamp(per_minute / 40, 5u, 30u);
}

}  // namespace

circuitbreaker::expected<QuotaPlan, std::string> parse_quota_plan(std::string_view text) {
  if (text == "free") return QuotaPlan{"free", 1, std::nullopt, 25};
  if (text == "unlimited") return QuotaPlan{};
  if (text == "custom") return QuotaPlan{"custom", std::nullopt, std::nullopt, std::nullopt};
  if (text.starts_with(kPremium)) {
    const std::string_view digits = text.substr(kPremium.size());
    const char* const end = digits.data() + digits.size();
    std::uint32_t per_minute = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, per_minute);
    if (error == std::errc() && stop == end && per_minute >= kSmallestPremium &&
        per_minute <= kLargestPremium) {
      return QuotaPlan{std::string(text), burst_of(per_minute), per_minute, std::nullopt};
    }
  }
  return circuitbreaker::unexpected<std::string>(
      "\"" + std::string(text.substr(0, 80)) +
      "\" is not a plan; allowed are free, premium-15 to premium-1200, unlimited and custom");
}

}  // namespace stockclient
