#include "circuitbreaker/circuit_breaker.h"

#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "breaker_impl.h"

namespace circuitbreaker {

CircuitBreaker::CircuitBreaker(std::string name, Settings settings, const Clock& clock)
    : clock_(&clock) {
  validate(settings);
  stripes_ = std::make_unique<detail::Stripe[]>(detail::kStripes);
  impl_ = std::make_unique<Impl>(*this, std::move(name), settings, clock.now());
  word_.store(impl_->word(), std::memory_order_release);
}

CircuitBreaker::~CircuitBreaker() = default;

expected<Permit, Rejected> CircuitBreaker::acquire_slowly(detail::Word word) noexcept {
  using namespace detail;
  constexpr Word open = static_cast<Word>(State::open);
  if ((word & (kStateMask | kModeMask)) == open) {
    const TimePoint until{Duration(open_until_.load(std::memory_order_relaxed))};
    if (const TimePoint now = clock_->now(); now < until) {
      count(stripes_.get(), &Tally::rejected);
      return unexpected<Rejected>(Rejected{Rejected::Reason::open, until - now});
    }
  } else if ((word & kAdmissionNotPlain) == kTimed) {
    count(stripes_.get(), &Tally::started);
    return Permit(*this, word & ~(kPending | kTense), clock_->now());
  }
  return acquire_locked();
}

expected<Permit, Rejected> CircuitBreaker::acquire_locked() noexcept {
  detail::Admission admission;
  impl_->locked([&](TimePoint now) { impl_->admit(now, admission); });
  if (admission.rejected) detail::count(stripes_.get(), &detail::Tally::rejected);
  if (!admission.admitted) return unexpected<Rejected>(*admission.rejected);
  detail::count(stripes_.get(), &detail::Tally::started);
  // Marked "timed", so that its result takes the slow path too.
  Permit permit(*this, admission.ticket.generation << detail::kGenerationShift | detail::kTimed,
                admission.ticket.started);
  permit.tracked_ = admission.ticket.tracked;
  permit.kind_ = admission.ticket.probe    ? Permit::Kind::probe
                 : admission.ticket.counts ? Permit::Kind::ordinary
                                           : Permit::Kind::spectator;
  permit.lease_ = admission.ticket.lease.number;
  permit.slot_ = admission.ticket.lease.slot;
  return permit;
}

Snapshot CircuitBreaker::snapshot() {
  return impl_->locked([&](TimePoint now) {
    impl_->catch_up(now);
    return impl_->describe();
  });
}

const std::string& CircuitBreaker::name() const noexcept {
  return impl_->breaker_name;
}

CircuitBreaker::ListenerId CircuitBreaker::add_listener(Listener listener) {
  return impl_->locked([&](TimePoint) {
    if (!impl_->dispatcher) impl_->dispatcher = std::make_unique<detail::Dispatcher>();
    return impl_->dispatcher->add(std::move(listener));
  });
}

void CircuitBreaker::remove_listener(ListenerId id) {
  detail::Dispatcher* const dispatcher =
      impl_->locked([&](TimePoint) { return impl_->dispatcher.get(); });
  if (dispatcher != nullptr) dispatcher->remove(id);
}

CallCounts CircuitBreaker::calls() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->counts();
}

bool CircuitBreaker::is_idle() const {
  using namespace detail;
  constexpr Word busy = kStateMask | kModeMask | kPending;
  return (word_.load(std::memory_order_acquire) & busy) == 0 &&
         calls().total() == sum(stripes_.get(), &Tally::started);
}

Deadline CircuitBreaker::call_limit() const {
  if ((word_.load(std::memory_order_acquire) & detail::kLimited) == 0) return {};
  const std::lock_guard lock(impl_->mutex);
  const Duration limit = impl_->settings().call_timeout;
  return limit > Duration::zero() ? Deadline::after(*clock_, limit) : Deadline();
}

void CircuitBreaker::trip(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->trip(reason, now); });
}

void CircuitBreaker::recover(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->recover(reason, now); });
}

void CircuitBreaker::force_open(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->force(Mode::forced_open, reason, now); });
}

void CircuitBreaker::force_close(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->force(Mode::forced_closed, reason, now); });
}

void CircuitBreaker::disable(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->force(Mode::disabled, reason, now); });
}

void CircuitBreaker::shadow(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->shadow(reason, now); });
}

void CircuitBreaker::reset(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->reset(reason, now); });
}

void CircuitBreaker::reconfigure(const Settings& settings) {
  validate(settings);
  impl_->locked([&](TimePoint now) { impl_->reconfigure(settings, now); });
}

}  // namespace circuitbreaker
