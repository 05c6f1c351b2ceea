#include <utility>

#include "breaker_impl.h"
#include "shorten.h"

namespace circuitbreaker {

Permit& Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  if (breaker_ != nullptr) ignore();
  breaker_ = std::exchange(other.breaker_, nullptr);
  word_ = other.word_;
  started_ = other.started_;
  lease_ = other.lease_;
  slot_ = other.slot_;
  tracked_ = other.tracked_;
  kind_ = other.kind_;
  return *this;
}

void Permit::failure(std::string_view reason, std::optional<Duration> open_for) noexcept {
  if (breaker_ != nullptr) end(Verdict::failure, reason, open_for);
}

void Permit::timeout(std::string_view reason) noexcept {
  if (breaker_ != nullptr) end(Verdict::timeout, reason, {});
}

void Permit::ignore() noexcept {
  if (breaker_ != nullptr) end(Verdict::ignored, {}, {});
}

void Permit::end(Verdict verdict, std::string_view reason,
                 std::optional<Duration> open_for) noexcept {
  CircuitBreaker& breaker = *std::exchange(breaker_, nullptr);
  CircuitBreaker::Impl& impl = *breaker.impl_;
  const detail::Word word = breaker.word_.load(std::memory_order_acquire);
  // A clock reading costs more than all the rest. What is not timed and did not fail needs none.
  const bool timeless = (word_ & detail::kAdmissionNotPlain) == 0 && (word & detail::kTense) == 0 &&
                        (verdict == Verdict::success || verdict == Verdict::ignored);
  const TimePoint now = timeless ? TimePoint::min() : breaker.clock_->now();
  if (verdict == Verdict::success && kind_ == Kind::ordinary && tracked_ == kUntracked &&
      (word & (detail::kTense | detail::kPending)) == 0 &&
      impl.succeed_quietly(word_ >> detail::kGenerationShift, started_, now)) {
    detail::count(breaker.stripes_.get(), &detail::Tally::success);
    return;
  }
  const detail::Ticket ticket{word_ >> detail::kGenerationShift,
                              kind_ != Kind::spectator,
                              kind_ == Kind::probe,
                              {slot_, lease_},
                              started_,
                              tracked_};
  const detail::Ending ending{verdict, detail::shorten(reason), open_for};
  impl.locked(now, [&](TimePoint at) {
    impl.count(verdict);
    impl.end(ticket, ending, at);
  });
}

}  // namespace circuitbreaker
