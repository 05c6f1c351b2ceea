#include "circuitbreaker/circuit_breaker.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "guarded_machine.h"

namespace circuitbreaker {

using detail::GuardedMachine;

void detail::CoreDeleter::operator()(BreakerCore* core) const noexcept {
  GuardedMachine* const machine = &GuardedMachine::of(*core);
  if (machine->orphan()) {
    delete machine;
  } else {
    Orphans::adopt(machine);
  }
  Orphans::collect();
}

CircuitBreaker::CircuitBreaker(std::string name, Settings settings, const Clock& clock) {
  validate(settings);
  detail::Orphans::collect();
  core_.reset(std::make_unique<GuardedMachine>(std::move(name), settings, clock).release());
}

namespace {

// Writes the texts directly into the returned object: another copy would cost as much as the rest
// of a rejection. Copying `retry_after` as a whole would cost as much again: its members were just
// written separately, and a read that spans several recent writes stalls the processor.
expected<Permit, Rejected> reject(const GuardedMachine& machine, Rejected::Reason reason,
                                  const std::optional<Duration>& retry_after) noexcept {
  expected<Permit, Rejected> answer(tl::unexpect, machine.rejection());
  answer.error().reason = reason;
  if (retry_after) answer.error().retry_after = *retry_after;
  machine.copy_last_failure(answer.error().last_failure);
  if (PolicyObserver* const observer = machine.observer.load(std::memory_order_acquire)) {
    observer->call_rejected(answer.error());
  }
  return answer;
}

}  // namespace

expected<Permit, Rejected> CircuitBreaker::acquire_slowly(detail::Word word) noexcept {
  using namespace detail;
  constexpr Word open = static_cast<Word>(State::open);
  const Word state_and_mode = word & (kStateMask | kModeMask);
  if (state_and_mode == open) {
    const TimePoint until{Duration(core_->open_until.load(std::memory_order_relaxed))};
    if (const TimePoint now = core_->clock->now(); now < until) {
      count(*core_, &Tally::rejected);
      return reject(GuardedMachine::of(*core_), Rejected::Reason::open, until - now);
    }
  } else if (state_and_mode == 0) {
    Permit permit(*core_, word & ~kPassing, core_->clock->now());
    if ((word & kTracked) == 0 || watch(permit)) {
      count(*core_, &Tally::started);
      return permit;
    }
    permit.core_ = nullptr;
  }
  return acquire_locked();
}

bool CircuitBreaker::watch(Permit& permit) noexcept {
  using namespace detail;
  Measurements& measured = *GuardedMachine::of(*core_).measurements();
  const Duration::rep now = permit.started_.time_since_epoch().count();
  if (now >= measured.next_check.load(std::memory_order_relaxed)) return false;
  const BlockPosition place = thread_place();
  CallTimes* const mine = measured.times.grow_to(place);
  CallTracker::Slot preferred =
      mine == nullptr ? CallTracker::kNoSlot : mine->last_slot.load(std::memory_order_relaxed);
  // Two slots share a cache line, so two threads should not use neighbouring slots.
  if (preferred == CallTracker::kNoSlot)
    preferred = static_cast<CallTracker::Slot>(2 * place.offset);
  permit.tracked_ =
      measured.tracker.claim(permit.started_, permit.word_ >> kGenerationShift, preferred);
  if (mine != nullptr && permit.tracked_ != CallTracker::kNoSlot) {
    mine->last_slot.store(static_cast<CallTracker::Slot>(permit.tracked_ + 1),
                          std::memory_order_relaxed);
  }
  return true;
}

expected<Permit, Rejected> CircuitBreaker::acquire_locked() noexcept {
  using namespace detail;
  GuardedMachine& machine = GuardedMachine::of(*core_);
  Admission admission;
  machine.locked([&](TimePoint now) {
    machine.admit(now, admission);
    if (admission.rejected) count(machine, &Tally::rejected);
    if (admission.admitted) count(machine, &Tally::started);
  });
  if (!admission.admitted) {
    return reject(machine, *admission.rejected, admission.retry_after);
  }
  const AdmittedCall& call = admission.call;
  Permit permit(machine, call.generation << kGenerationShift | kByLock, call.started);
  permit.tracked_ = call.tracked;
  permit.kind_ = call.probe    ? Permit::Kind::probe
                 : call.counts ? Permit::Kind::ordinary
                               : Permit::Kind::spectator;
  permit.lease_ = call.lease.number;
  permit.slot_ = call.lease.slot;
  if (call.started == TimePoint::min() && machine.observer.load(std::memory_order_relaxed)) {
    permit.started_ = machine.clock->now();
  }
  return permit;
}

Snapshot CircuitBreaker::snapshot() {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  return machine.locked([&](TimePoint now) {
    machine.catch_up(now);
    return machine.describe();
  });
}

const std::string& CircuitBreaker::name() const noexcept {
  return GuardedMachine::of(*core_).breaker_name;
}

CallCounts CircuitBreaker::calls() const {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  const std::lock_guard lock(machine.mutex);
  return machine.counts();
}

bool CircuitBreaker::is_idle() const {
  using namespace detail;
  constexpr Word busy = kStateMask | kModeMask | kPending;
  if ((core_->word.load(std::memory_order_acquire) & busy) != 0) return false;
  GuardedMachine& machine = GuardedMachine::of(*core_);
  const std::lock_guard lock(machine.mutex);
  return machine.is_quiet();
}

double CircuitBreaker::failure_rate() {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  const detail::WindowTotals rated = machine.locked([&](TimePoint now) {
    machine.catch_up(now);
    return machine.rated_calls();
  });
  return rated.calls == 0 ? 0
                          : static_cast<double>(rated.failures) / static_cast<double>(rated.calls);
}

double CircuitBreaker::success_rate() {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  const detail::WindowTotals rated = machine.locked([&](TimePoint now) {
    machine.catch_up(now);
    return machine.rated_calls();
  });
  return rated.calls == 0
             ? 0
             : static_cast<double>(rated.calls - rated.failures) / static_cast<double>(rated.calls);
}

CircuitBreaker::ListenerId CircuitBreaker::add_listener(Listener listener) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  return machine.locked([&](TimePoint) {
    if (!machine.dispatcher) machine.dispatcher = std::make_unique<detail::Dispatcher>();
    return machine.dispatcher->add(std::move(listener));
  });
}

void CircuitBreaker::remove_listener(ListenerId id) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  detail::Dispatcher* const dispatcher =
      machine.locked([&](TimePoint) { return machine.dispatcher.get(); });
  if (dispatcher != nullptr) dispatcher->remove(id);
}

Deadline CircuitBreaker::limit_from_now() const noexcept {
  const Duration limit{GuardedMachine::of(*core_).call_timeout.load(std::memory_order_relaxed)};
  return limit > Duration::zero() ? Deadline::after(*core_->clock, limit) : Deadline();
}

void CircuitBreaker::trip(std::string_view reason, Cause cause) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.trip({reason, {}, cause}, now); });
}

void CircuitBreaker::try_half_open(std::string_view reason, Cause cause) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.try_half_open({reason, {}, cause}, now); });
}

void CircuitBreaker::recover(std::string_view reason, Cause cause) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.recover({reason, {}, cause}, now); });
}

void CircuitBreaker::force_open(std::string_view reason) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.force(Mode::forced_open, reason, now); });
}

void CircuitBreaker::force_close(std::string_view reason) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.force(Mode::forced_closed, reason, now); });
}

void CircuitBreaker::disable(std::string_view reason) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.force(Mode::disabled, reason, now); });
}

void CircuitBreaker::shadow(std::string_view reason) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.shadow(reason, now); });
}

void CircuitBreaker::reset(std::string_view reason) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.reset(reason, now); });
}

void CircuitBreaker::reconfigure(const Settings& settings) {
  validate(settings);
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint now) { machine.reconfigure(settings, now); });
}

void CircuitBreaker::set_observer(PolicyObserver* observer) {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  machine.locked([&](TimePoint) { machine.observer.store(observer, std::memory_order_release); });
}

}  // namespace circuitbreaker
