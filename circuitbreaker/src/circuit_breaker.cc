#include "circuitbreaker/circuit_breaker.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <type_traits>
#include <utility>

#include "dispatcher.h"
#include "machine.h"

namespace circuitbreaker {
namespace {

constexpr std::size_t kMaxReason = 200;

// Cuts in front of a UTF-8 sequence, never within one.
std::string_view shorten(std::string_view text) noexcept {
  if (text.size() <= kMaxReason) return text;
  std::size_t end = kMaxReason;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

std::uint64_t seed_of(const void* breaker, TimePoint now) noexcept {
  return reinterpret_cast<std::uintptr_t>(breaker) ^
         static_cast<std::uint64_t>(now.time_since_epoch().count());
}

}  // namespace

struct CircuitBreaker::Impl final : detail::Machine::Sink {
  Impl(CircuitBreaker& breaker, std::string name, const Settings& settings, TimePoint now)
      : owner(breaker),
        breaker_name(std::move(name)),
        machine(settings, now, seed_of(this, now), *this) {}

  /// Runs `change` under the lock at `now`, publishes what the fast paths read, and delivers.
  template <class Change>
  auto locked(Change&& change) {
    const TimePoint now = owner.clock_->now();
    std::unique_lock lock(mutex);
    const auto unlock = [&] {
      owner.open_until_.store(machine.open_until().time_since_epoch().count(),
                              std::memory_order_relaxed);
      owner.word_.store(machine.word(), std::memory_order_release);
      const bool deliver = std::exchange(to_deliver, false);
      detail::Dispatcher* const to = dispatcher.get();
      lock.unlock();
      if (deliver) to->deliver();
    };
    if constexpr (std::is_void_v<decltype(change(now))>) {
      change(now);
      unlock();
    } else {
      auto result = change(now);
      unlock();
      return result;
    }
  }

  void changed(State from, State to, TimePoint at) noexcept override {
    if (!dispatcher) return;
    try {
      Snapshot snapshot = describe();
      std::string reason = snapshot.reason;
      dispatcher->enqueue({from, to, at, std::move(reason), std::move(snapshot)});
      to_deliver = true;
    } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, this change goes unannounced
    }
  }

  [[nodiscard]] Snapshot describe() const {
    using detail::Tally;
    Snapshot snapshot;
    snapshot.name = breaker_name;
    machine.describe(snapshot);
    snapshot.calls = ended;
    snapshot.calls.success = detail::sum(owner.stripes_, &Tally::success);
    snapshot.calls.rejected = detail::sum(owner.stripes_, &Tally::rejected);
    // Started is read after ended, so no call is seen to end that was not seen to start.
    const std::uint64_t started = detail::sum(owner.stripes_, &Tally::started);
    snapshot.in_flight = static_cast<std::uint32_t>(started - snapshot.calls.total());
    const auto failures = snapshot.calls.failure + snapshot.calls.timeout;
    const auto judged = failures + snapshot.calls.success;
    if (judged > 0) {
      snapshot.failure_rate = static_cast<double>(failures) / static_cast<double>(judged);
      snapshot.success_rate =
          static_cast<double>(snapshot.calls.success) / static_cast<double>(judged);
    }
    snapshot.last_failure = last_failure;
    return snapshot;
  }

  void note(const detail::Ending& ending, TimePoint now) noexcept {
    switch (ending.verdict) {
      case Verdict::success:
        detail::count(owner.stripes_, &detail::Tally::success);
        return;
      case Verdict::ignored:
        ++ended.ignored;
        return;
      case Verdict::failure:
        ++ended.failure;
        break;
      case Verdict::timeout:
        ++ended.timeout;
        break;
    }
    try {
      last_failure = LastFailure{now, ending.verdict, std::string(ending.reason)};
    } catch (...) {
      last_failure = LastFailure{now, ending.verdict, {}};
    }
  }

  CircuitBreaker& owner;
  std::string breaker_name;
  std::array<detail::Stripe, detail::kStripes> stripes;
  mutable std::mutex mutex;
  detail::Machine machine;
  CallCounts ended;  // success and rejected are counted in stripes
  std::optional<LastFailure> last_failure;
  std::unique_ptr<detail::Dispatcher> dispatcher;
  bool to_deliver = false;
};

CircuitBreaker::CircuitBreaker(std::string name, Settings settings, const Clock& clock)
    : clock_(&clock) {
  validate(settings);
  impl_ = std::make_unique<Impl>(*this, std::move(name), settings, clock.now());
  stripes_ = impl_->stripes.data();
  word_.store(impl_->machine.word(), std::memory_order_release);
}

CircuitBreaker::~CircuitBreaker() = default;

expected<Permit, Rejected> CircuitBreaker::acquire_slowly(detail::Word word) noexcept {
  constexpr detail::Word open = static_cast<detail::Word>(State::open);
  if ((word & detail::kNotPlain & ~detail::kLocked) == open) {
    const TimePoint until{Duration(open_until_.load(std::memory_order_relaxed))};
    if (const TimePoint now = clock_->now(); now < until) {
      detail::count(stripes_, &detail::Tally::rejected);
      return unexpected(Rejected{Rejected::Reason::open, until - now});
    }
  }
  const auto admission = impl_->locked([&](TimePoint now) { return impl_->machine.admit(now); });
  if (admission.rejected) detail::count(stripes_, &detail::Tally::rejected);
  if (!admission.admitted) return unexpected(*admission.rejected);
  detail::count(stripes_, &detail::Tally::started);
  // Marked "locked", so that its result takes the slow path too.
  Permit permit(*this, admission.ticket.generation << detail::kGenerationShift | detail::kLocked);
  permit.kind_ = admission.ticket.probe    ? Permit::Kind::probe
                 : admission.ticket.counts ? Permit::Kind::ordinary
                                           : Permit::Kind::spectator;
  permit.lease_ = admission.ticket.lease.number;
  permit.slot_ = admission.ticket.lease.slot;
  return permit;
}

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
  CircuitBreaker::Impl& impl = *std::exchange(breaker_, nullptr)->impl_;
  const detail::Ticket ticket{word_ >> detail::kGenerationShift,
                              kind_ != Kind::spectator,
                              kind_ == Kind::probe,
                              {slot_, lease_}};
  const detail::Ending ending{verdict, shorten(reason), open_for};
  impl.locked([&](TimePoint now) {
    impl.note(ending, now);
    impl.machine.end(ticket, ending, now);
  });
}

Snapshot CircuitBreaker::snapshot() {
  return impl_->locked([&](TimePoint now) {
    impl_->machine.catch_up(now);
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

void CircuitBreaker::force_open(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->machine.force(Mode::forced_open, reason, now); });
}

void CircuitBreaker::force_close(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->machine.force(Mode::forced_closed, reason, now); });
}

void CircuitBreaker::disable(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->machine.force(Mode::disabled, reason, now); });
}

void CircuitBreaker::shadow(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->machine.shadow(reason, now); });
}

void CircuitBreaker::reset(std::string_view reason) {
  impl_->locked([&](TimePoint now) { impl_->machine.reset(reason, now); });
}

void CircuitBreaker::reconfigure(const Settings& settings) {
  validate(settings);
  impl_->locked([&](TimePoint now) { impl_->machine.reconfigure(settings, now); });
}

}  // namespace circuitbreaker
