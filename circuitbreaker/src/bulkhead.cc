#include "circuitbreaker/bulkhead.h"

#include <algorithm>
#include <stop_token>

#include "require.h"

namespace circuitbreaker {

Bulkhead::Bulkhead(BulkheadSettings settings, const Sleeper& sleeper)
    : settings_(settings), sleeper_(sleeper) {
  detail::require(settings.max_calls >= 1, "bulkhead: max_calls must be at least 1");
  detail::require(detail::zero_or_positive(settings.max_wait),
                  "bulkhead: max_wait must be 0 to 10 years");
}

/// A caller in the queue. It leaves the queue however its sleep ends. If it was handed a slot
/// before it left, it uses the slot or passes it on.
class Bulkhead::QueuedCaller {
 public:
  explicit QueuedCaller(Bulkhead& bulkhead) : bulkhead_(bulkhead) {}
  QueuedCaller(const QueuedCaller&) = delete;
  QueuedCaller& operator=(const QueuedCaller&) = delete;
  ~QueuedCaller() {
    if (queued_ && leave()) bulkhead_.release();
  }

  /// Joins the queue. Call with the lock held.
  void join() {
    position_ = bulkhead_.waiters_.insert(bulkhead_.waiters_.end(), this);
    ++bulkhead_.statistics_.waiting;
    queued_ = true;
  }
  /// Leaves the queue; returns whether a slot was handed over.
  bool leave() noexcept {
    const std::lock_guard lock(bulkhead_.mutex_);
    queued_ = false;
    if (has_slot_) return true;
    bulkhead_.waiters_.erase(position_);
    --bulkhead_.statistics_.waiting;
    return false;
  }
  /// Hands over a slot. Call with the lock held, then end the sleep through the returned stop
  /// source.
  std::stop_source grant() noexcept {
    has_slot_ = true;
    return wake_;
  }
  void sleep(Duration length, const std::stop_token& stop) {
    const std::stop_callback cancelled(stop, [this] { wake_.request_stop(); });
    (void)bulkhead_.sleeper_.sleep(length, wake_.get_token());
  }

 private:
  Bulkhead& bulkhead_;
  std::stop_source wake_;
  std::list<QueuedCaller*>::iterator position_;
  bool queued_ = false;
  bool has_slot_ = false;
};

expected<Bulkhead::Slot, Rejected> Bulkhead::try_acquire(const CallContext& context) {
  if (const auto rejected = detail::abandoned(context)) return unexpected<Rejected>(*rejected);
  {
    const std::lock_guard lock(mutex_);
    if (admit()) return Slot(*this);
  }
  const Duration longest = std::min(settings_.max_wait, context.deadline.remaining());
  if (longest > Duration::zero() && wait(longest, context.stop)) return Slot(*this);
  return unexpected<Rejected>(rejection(context));
}

bool Bulkhead::admit() noexcept {
  if (statistics_.in_use >= settings_.max_calls) return false;
  ++statistics_.in_use;
  ++statistics_.admitted;
  return true;
}

bool Bulkhead::wait(Duration length, const std::stop_token& stop) {
  QueuedCaller waiter(*this);
  {
    const std::lock_guard lock(mutex_);
    if (admit()) return true;  // A slot was freed in the meantime.
    if (statistics_.waiting >= settings_.max_waiting) return false;
    waiter.join();
  }
  waiter.sleep(length, stop);
  return waiter.leave();
}

Rejected Bulkhead::rejection(const CallContext& context) {
  {
    const std::lock_guard lock(mutex_);
    ++statistics_.rejected;
  }
  if (const auto abandoned = detail::abandoned(context)) return *abandoned;
  if (PolicyObserver* const observer = observer_.get()) observer->bulkhead_full();
  return {Rejected::Reason::bulkhead_full};
}

void Bulkhead::release() noexcept {
  std::stop_source wake(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    if (waiters_.empty()) {
      --statistics_.in_use;
      return;
    }
    QueuedCaller& next = *waiters_.front();
    waiters_.pop_front();
    --statistics_.waiting;
    ++statistics_.admitted;
    wake = next.grant();  // A copy, because the waiter may be gone as soon as the lock is released.
  }
  wake.request_stop();
}

BulkheadStatistics Bulkhead::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace circuitbreaker
