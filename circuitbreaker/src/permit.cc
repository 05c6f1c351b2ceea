#include <utility>

#include "circuitbreaker/circuit_breaker.h"

#include "guarded_machine.h"
#include "shorten.h"

namespace circuitbreaker {

using detail::GuardedMachine;

Permit& Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  if (core_ != nullptr) ignore();
  core_ = std::exchange(other.core_, nullptr);
  word_ = other.word_;
  started_ = other.started_;
  lease_ = other.lease_;
  slot_ = other.slot_;
  tracked_ = other.tracked_;
  kind_ = other.kind_;
  return *this;
}

void Permit::failure(std::string_view reason, std::optional<Duration> open_for) noexcept {
  if (core_ != nullptr) end(Verdict::failure, reason, open_for);
}

void Permit::timeout(std::string_view reason) noexcept {
  if (core_ != nullptr) end(Verdict::timeout, reason, {});
}

void Permit::ignore() noexcept {
  if (core_ != nullptr) end(Verdict::ignored, {}, {});
}

void Permit::report(Verdict verdict) const noexcept {
  GuardedMachine& machine = GuardedMachine::of(*core_);
  PolicyObserver* const observer = machine.observer.load(std::memory_order_acquire);
  if (observer == nullptr || started_ == TimePoint::min()) return;
  observer->call_ended(machine.breaker_name, verdict,
                       detail::saturating_difference(machine.clock->now(), started_));
}

void Permit::succeed_slowly() noexcept {
  report(Verdict::success);
  // Equal words mean that the breaker is closed, in normal mode and in the same generation, that no
  // failure is pending, and that no rule can be met by a success.
  if (core_->word.load(std::memory_order_acquire) == word_ &&
      GuardedMachine::of(*core_).succeed_without_lock(word_, started_, tracked_)) {
    core_ = nullptr;
    return;
  }
  record(Verdict::success, {}, {});
}

Duration Permit::end(Verdict verdict, std::string_view reason,
                     std::optional<Duration> open_for) noexcept {
  report(verdict);
  return record(verdict, reason, open_for);
}

Duration Permit::record(Verdict verdict, std::string_view reason,
                        std::optional<Duration> open_for) noexcept {
  using namespace detail;
  GuardedMachine& machine = GuardedMachine::of(*std::exchange(core_, nullptr));
  // Reading the clock costs more than the rest of this function. A call that is not timed, did not
  // fail and cannot trip the breaker does not need it.
  constexpr Word needs_time = kByLock | kTimed | kBucketed | kTense;
  const Word word = static_cast<BreakerCore&>(machine).word.load(std::memory_order_acquire);
  const bool timeless = ((word_ | word) & needs_time) == 0 &&
                        (verdict == Verdict::success || verdict == Verdict::ignored);
  const TimePoint now = timeless ? TimePoint::min() : machine.clock->now();
  const AdmittedCall call{word_ >> kGenerationShift,
                          kind_ != Kind::spectator,
                          kind_ == Kind::probe,
                          {slot_, lease_},
                          started_,
                          tracked_};
  const Ending ending{verdict, shorten(reason), open_for};
  return machine.locked(now, [&](TimePoint at) {
    machine.count_end(verdict);
    machine.end(call, ending, at);
    return machine.blocked_for();
  });
}

}  // namespace circuitbreaker
