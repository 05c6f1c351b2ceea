#include "stockclient/quota/call_window.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::TimePoint;

TimePoint CallWindow::free_at(std::size_t ahead) const noexcept {
  const std::size_t limit = departures_.size();
  const TimePoint predecessor = departures_[(next_ + ahead) % limit];
  // Never used: free since ever, but each full round ahead still takes one window.
  if (predecessor == TimePoint::min()) return predecessor;
  return predecessor + length_ * static_cast<circuitbreaker::Duration::rep>(1 + ahead / limit);
}

void CallWindow::depart(TimePoint now) noexcept {
  departures_[next_] = now;
  next_ = (next_ + 1) % departures_.size();
}

void CallWindow::restore(TimePoint when, std::uint32_t count) noexcept {
  const auto limit = static_cast<std::uint32_t>(departures_.size());
  for (std::uint32_t i = 0; i < std::min(count, limit); ++i) depart(when);
}

std::uint32_t CallWindow::remaining(TimePoint now) const noexcept {
  // The ring is sorted from the oldest on, so those that have left the window come first.
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
