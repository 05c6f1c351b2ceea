#include "circuitbreaker/bulkhead.h"

#include <algorithm>

#include "require.h"

namespace circuitbreaker {

Bulkhead::Bulkhead(BulkheadSettings settings) : settings_(settings) {
  detail::require(settings.max_calls >= 1, "bulkhead: max_calls must be at least 1");
  detail::require(detail::zero_or_positive(settings.max_wait),
                  "bulkhead: max_wait must be 0 to 10 years");
}

expected<Bulkhead::Slot, Rejected> Bulkhead::try_acquire(const CallContext& context) {
  if (const auto rejected = detail::abandoned(context)) return unexpected<Rejected>(*rejected);
  const Duration wait = std::min(settings_.max_wait, context.deadline.remaining());
  std::unique_lock lock(mutex_);
  const auto has_room = [this] { return statistics_.in_use < settings_.max_calls; };
  bool admitted = has_room();
  if (!admitted && wait > Duration::zero() && statistics_.waiting < settings_.max_waiting) {
    ++statistics_.waiting;
    admitted = freed_.wait_for(lock, context.stop, wait, has_room);
    --statistics_.waiting;
  }
  if (!admitted) {
    ++statistics_.rejected;
    return unexpected<Rejected>(Rejected{context.stop.stop_requested()
                                             ? Rejected::Reason::cancelled
                                             : Rejected::Reason::bulkhead_full});
  }
  ++statistics_.in_use;
  ++statistics_.admitted;
  return Slot(*this);
}

void Bulkhead::release() noexcept {
  {
    const std::lock_guard lock(mutex_);
    --statistics_.in_use;
  }
  freed_.notify_one();
}

BulkheadStatistics Bulkhead::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace circuitbreaker
