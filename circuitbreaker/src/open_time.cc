#include "open_time.h"

#include <algorithm>
#include <cmath>

namespace circuitbreaker::detail {

Duration open_time(const Settings& settings, unsigned failed_recoveries, double unit) noexcept {
  const auto longest = static_cast<double>(settings.open_timeout_max.count());
  const double middle = std::min(static_cast<double>(settings.open_timeout.count()) *
                                     std::pow(settings.open_timeout_multiplier, failed_recoveries),
                                 longest);
  // If the nominal time is the maximum, the time is drawn from the lower half of the range.
  // Clamping the drawn times instead would make half of a fleet probe at the same moment.
  const double least = middle * (1 - settings.open_timeout_jitter);
  const double most = std::min(middle * (1 + settings.open_timeout_jitter), longest);
  const Duration drawn(static_cast<Duration::rep>(least + (most - least) * unit));
  return std::clamp(drawn, Duration(1), settings.open_timeout_max);
}

bool differ_in_open_time(const Settings& a, const Settings& b) noexcept {
  return a.open_timeout != b.open_timeout ||
         a.open_timeout_multiplier != b.open_timeout_multiplier ||
         a.open_timeout_max != b.open_timeout_max || a.open_timeout_jitter != b.open_timeout_jitter;
}

}  // namespace circuitbreaker::detail
