#include "circuitbreaker/circuit_breaker.h"

#include <algorithm>
#include <exception>
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

}  // namespace

struct CircuitBreaker::Impl final : detail::Machine {
  Impl(CircuitBreaker& breaker, std::string name, const Settings& settings, TimePoint now)
      : Machine(settings, now), owner(breaker), breaker_name(std::move(name)) {}

  /// Runs `change(now)` under the lock, publishes what the fast paths read, then delivers.
  template <class Change>
  auto locked(TimePoint now, Change&& change) {
    std::unique_lock lock(mutex);
    if constexpr (std::is_void_v<decltype(change(now))>) {
      change(now);
      publish_and_deliver(lock);
    } else {
      auto result = change(now);
      publish_and_deliver(lock);
      return result;
    }
  }
  template <class Change>
  auto locked(Change&& change) {
    return locked(owner.clock_->now(), std::forward<Change>(change));
  }

  [[nodiscard]] bool succeed_quietly(std::uint64_t generation, TimePoint started,
                                     TimePoint now) noexcept {
    const std::lock_guard lock(mutex);
    return Machine::succeed_quietly(generation, started, now);
  }

  void publish_and_deliver(std::unique_lock<std::mutex>& lock) noexcept {
    // Written only when changed: the readers' cache line stays theirs. A reader of the new word
    // must not meet an older open time.
    const auto until = open_until().time_since_epoch().count();
    if (owner.open_until_.load(std::memory_order_relaxed) != until) {
      owner.open_until_.store(until, std::memory_order_relaxed);
    }
    const detail::Word now_word = word();
    if (owner.word_.load(std::memory_order_relaxed) != now_word) {
      owner.word_.store(now_word, std::memory_order_release);
    }
    detail::Dispatcher* const deliver_to =
        std::exchange(changes_wait, false) ? dispatcher.get() : nullptr;
    lock.unlock();
    if (deliver_to != nullptr) deliver_to->deliver();
  }

  void changed(State from, State to, TimePoint at) noexcept override {
    if (!dispatcher) return;
    try {
      Snapshot snapshot = describe();
      std::string reason = snapshot.reason;
      dispatcher->enqueue({from, to, at, std::move(reason), std::move(snapshot), 0},
                          settings().max_pending_changes);
      changes_wait = true;
    } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, this change goes unannounced
    }
  }

  using Machine::describe;
  [[nodiscard]] Snapshot describe() {
    using detail::Tally;
    Snapshot snapshot;
    snapshot.name = breaker_name;
    describe(snapshot);
    snapshot.calls = counts();
    // Started is read after ended, so no call is seen to end that was not seen to start.
    const std::uint64_t started = detail::sum(owner.stripes_.get(), &Tally::started);
    snapshot.in_flight = static_cast<std::uint32_t>(started - snapshot.calls.total());
    fill_rates(snapshot);
    return snapshot;
  }

  [[nodiscard]] CallCounts counts() const noexcept {
    using detail::Tally;
    return {detail::sum(owner.stripes_.get(), &Tally::success), failures, timeouts, ignored,
            detail::sum(owner.stripes_.get(), &Tally::rejected)};
  }

  void fill_rates(Snapshot& snapshot) noexcept {
    const std::uint64_t failed = snapshot.calls.failure + snapshot.calls.timeout;
    const detail::WindowTotals all{failed + snapshot.calls.success, failed, 0};
    const detail::WindowTotals seen = window_totals().value_or(all);
    if (seen.calls == 0) return;
    const auto calls = static_cast<double>(seen.calls);
    snapshot.failure_rate = static_cast<double>(seen.failures) / calls;
    snapshot.success_rate = static_cast<double>(seen.calls - seen.failures) / calls;
    snapshot.slow_call_rate = static_cast<double>(seen.slow) / calls;
  }

  void count(Verdict verdict) noexcept {
    if (verdict == Verdict::success) detail::count(owner.stripes_.get(), &detail::Tally::success);
    if (verdict == Verdict::failure) ++failures;
    if (verdict == Verdict::timeout) ++timeouts;
    if (verdict == Verdict::ignored) ++ignored;
  }

  bool changes_wait = false;
  CircuitBreaker& owner;
  const std::string breaker_name;
  std::mutex mutex;
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t ignored = 0;
  std::unique_ptr<detail::Dispatcher> dispatcher;
};

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
  const detail::Ending ending{verdict, shorten(reason), open_for};
  impl.locked(now, [&](TimePoint at) {
    impl.count(verdict);
    impl.end(ticket, ending, at);
  });
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

CallContext CircuitBreaker::limited(const CallContext& context) const {
  if ((word_.load(std::memory_order_acquire) & detail::kLimited) == 0) return context;
  Duration limit{};
  {
    const std::lock_guard lock(impl_->mutex);
    limit = impl_->settings().call_timeout;
  }
  return limit > Duration::zero() ? context.within(Deadline::after(*clock_, limit)) : context;
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

std::string detail::current_exception_text() noexcept {
  try {
    try {
      throw;
    } catch (const std::exception& error) {
      return std::string(shorten(error.what()));
    } catch (...) {
      return "unknown exception";
    }
  } catch (...) {  // out of memory for the text
    return {};
  }
}

}  // namespace circuitbreaker
