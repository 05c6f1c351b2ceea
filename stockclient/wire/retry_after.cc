#include "stockclient/wire/retry_after.h"

#include <algorithm>
#include <ctime>

#include <curl/curl.h>

namespace stockclient {
namespace {

using std::chrono::seconds;

seconds clamp(seconds wait) noexcept {
  return std::clamp(wait, seconds(1), seconds(std::chrono::hours(24)));
}

}  // namespace

std::optional<seconds> parse_retry_after(const std::string& value, std::chrono::sys_seconds now) {
  constexpr const char* kDigits = "0123456789";
  constexpr std::size_t kSureToFit = 9;
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of(kDigits) == std::string::npos) {
    if (value.size() > kSureToFit) return clamp(seconds::max());
    return clamp(seconds(std::stol(value)));
  }
  if (!value.ends_with(" GMT")) return std::nullopt;
  const std::time_t date = curl_getdate(value.c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return clamp(seconds(date) - now.time_since_epoch());
}

}  // namespace stockclient
