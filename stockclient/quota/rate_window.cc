#include "stockclient/quota/rate_window.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::TimePoint;

TimePoint RateWindow::free_at(std::size_t ahead) const noexcept {
  const std::size_t limit = departures_.size();
  const TimePoint predecessor = departures_[(next_ + ahead) % limit];
  // This slot has never been used, so it is free, however many full rounds are ahead.
  if (predecessor == TimePoint::min()) return predecessor;
  return predecessor + length_ * static_cast<circuitbreaker::Duration::rep>(1 + ahead / limit);
}

TimePoint RateWindow::turn(TimePoint now, std::size_t ahead) const noexcept {
  const auto full_rounds = static_cast<circuitbreaker::Duration::rep>(ahead / departures_.size());
  return std::max({now, free_at(ahead), now + length_ * full_rounds});
}

void RateWindow::depart(TimePoint now) noexcept {
  departures_[next_] = now;
  next_ = (next_ + 1) % departures_.size();
}

void RateWindow::restore(TimePoint when, std::uint32_t count) noexcept {
  const auto limit = static_cast<std::uint32_t>(departures_.size());
  for (std::uint32_t i = 0; i < std::min(count, limit); ++i) depart(when);
}

std::uint32_t RateWindow::remaining(TimePoint now) const noexcept {
  // The ring is sorted by time, oldest first, so the free slots come first.
  std::size_t free = 0;
  std::size_t busy = departures_.size();
  while (free < busy) {
    const std::size_t middle = (free + busy) / 2;
    if (free_at(middle) <= now) {
      free = middle + 1;
    } else {
      busy = middle;
    }
  }
  return static_cast<std::uint32_t>(free);
}

}  // namespace stockclient
