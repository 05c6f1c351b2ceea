#include "machine.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "circuitbreaker/detail/random.h"

#include "open_time.h"
#include "trip_rules.h"

namespace circuitbreaker::detail {
namespace {

constexpr Settings kDefaults;

bool is_failure(Verdict verdict) noexcept {
  return verdict == Verdict::failure || verdict == Verdict::timeout;
}

bool same_shape(Window a, const Window& b) noexcept {
  a.minimum_calls = b.minimum_calls;
  return a == b;
}

}  // namespace

Machine::Machine(const Settings& settings, TimePoint now) : latest_(now), since_(now) {
  apply(settings);
}

const Settings& Machine::settings() const noexcept {
  return tuned_ ? *tuned_ : kDefaults;
}

void Machine::refuse(Rejected::Reason reason, std::optional<Duration> retry_after,
                     Admission& admission) noexcept {
  admission.rejected = reason;
  admission.retry_after = retry_after;
  // In shadow mode the call is made all the same. Its result must not cause a transition, because
  // without shadow mode there would be no result.
  if (mode_ == Mode::shadow) allow(admission);
}

void Machine::allow(Admission& admission) noexcept {
  admission.admitted = true;
  AdmittedCall& call = admission.call;
  call.generation = generation_;
  call.started = latest_;
  if (tracks()) {
    const bool may_count = call.counts && !call.probe;
    call.tracked = measurements_->tracker.claim(latest_, may_count ? generation_ : 0, 0);
  }
}

Duration Machine::blocked_for() const noexcept {
  if (mode_ == Mode::forced_open) return Duration::max();
  return mode_ == Mode::normal && state_ == State::open ? open_until_ - latest_ : Duration::zero();
}

void Machine::admit(TimePoint now, Admission& admission) noexcept {
  catch_up(now);
  if (mode_ == Mode::forced_open) {
    return refuse(Rejected::Reason::forced_open, std::nullopt, admission);
  }
  if (state_ == State::open) {
    return refuse(Rejected::Reason::open, open_until_ - latest_, admission);
  }
  if (state_ == State::half_open) {
    const auto lease = probes_.take(latest_, settings().probe_lease);
    if (!lease) return refuse(Rejected::Reason::half_open_full, std::nullopt, admission);
    if (first_probe_ == kNever) first_probe_ = latest_;
    admission.call.probe = true;
    admission.call.lease = *lease;
  }
  admission.call.counts = moving();
  allow(admission);
}

void Machine::absorb(std::uint64_t successes) noexcept {
  if (!measurements_) return;
  const std::uint64_t fresh = successes - std::exchange(measurements_->absorbed, successes);
  if (fresh > 0) measurements_->window.record_successes(fresh);
}

void Machine::catch_up(TimePoint now) noexcept {
  latest_ = std::max(latest_, now);
  if (tracks()) count_overdue_calls();
  if (windowed()) {
    if (measurements_->window.advance(latest_)) judged_ = false;
    measurements_->bucket_end.store(measurements_->window.bucket_end().time_since_epoch().count(),
                                    std::memory_order_relaxed);
  }
  if (!moving()) return;
  if (state_ == State::half_open && settings().half_open_timeout > Duration::zero() &&
      first_probe_ != kNever && latest_ >= first_probe_ + settings().half_open_timeout) {
    open(first_probe_ + settings().half_open_timeout, {}, {"half-open for too long"});
  }
  if (state_ == State::open && latest_ >= open_until_) {
    enter_half_open(open_until_, {"the open time is over"});
  }
}

void Machine::count_overdue_calls() noexcept {
  if (latest_.time_since_epoch().count() <
      measurements_->next_check.load(std::memory_order_relaxed)) {
    return;
  }
  const Duration limit = settings().slow_call_duration;
  CallTracker& tracker = measurements_->tracker;
  for (const CallTracker::Found& found : tracker.find_overdue(latest_, limit)) {
    const auto generation = tracker.mark_overdue(found);
    if (generation != generation_) continue;
    const TimePoint due = std::max(found.started + limit, measurements_->rule_since);
    tracker.set_entry(found.slot, measurements_->window.record(due, false, true));
    judge(due, {});
  }
  // Before this time no call in progress can become slow, not even one that starts now.
  const TimePoint next = std::min(tracker.oldest_in_time(), latest_) + limit;
  measurements_->next_check.store(next.time_since_epoch().count(), std::memory_order_relaxed);
}

void Machine::end(const AdmittedCall& call, const Ending& ending, TimePoint now) noexcept {
  catch_up(now);
  std::optional<OverdueCall> overdue;
  if (call.tracked != CallTracker::kNoSlot) {
    overdue = measurements_->tracker.finish(call.tracked, call.started);
  }
  const bool timed = (flags_ & kTimed) != 0 && call.started != kNever;
  const Duration took = timed ? std::max(latest_ - call.started, Duration::zero()) : Duration();
  if (timed && ending.verdict != Verdict::ignored) measurements_->locked_times.add(took);
  if (is_failure(ending.verdict)) {
    if (History* const past = history()) past->note_failure(latest_, ending.verdict, ending.reason);
  }
  const bool lease_lost = call.probe && !probes_.release(call.lease);
  if (!call.counts || call.generation != generation_ || lease_lost) return;
  const bool slow = overdue || (tracks() && timed && took >= settings().slow_call_duration);
  if (call.probe) {
    end_probe(ending, slow);
  } else {
    end_ordinary(ending, slow, overdue.value_or(OverdueCall()));
  }
}

void Machine::end_probe(const Ending& ending, bool slow) noexcept {
  if (ending.verdict == Verdict::ignored) return;
  if (is_failure(ending.verdict) || slow) {
    ++consecutive_failures_;
    open(latest_, ending.open_for,
         {is_failure(ending.verdict) ? "a probe failed" : "a probe was slow", ending.reason});
    return;
  }
  consecutive_failures_ = 0;
  if (++consecutive_successes_ >= settings().success_threshold) {
    close(latest_, {"enough probes succeeded"});
  }
}

void Machine::end_ordinary(const Ending& ending, bool slow, const OverdueCall& overdue) noexcept {
  const bool failed = is_failure(ending.verdict);
  // A cancelled call does not count, unless it had already been in progress for too long.
  if (ending.verdict == Verdict::ignored && (!slow || overdue.counted)) return;
  if (failed) ++consecutive_failures_;
  if (ending.verdict == Verdict::success) consecutive_failures_ = 0;
  if (windowed()) {
    if (!overdue.counted) measurements_->window.record(latest_, failed, slow);
    if (overdue.counted && failed) measurements_->window.mark_failed(overdue.entry);
  }
  judge(latest_, ending);
}

void Machine::judge(TimePoint at, const Ending& ending) noexcept {
  WindowTotals seen;
  if (windowed()) {
    measurements_->window.advance(at);
    seen = measurements_->window.totals();
  }
  judged_ = true;
  const std::string_view rule = met_rule(settings(), consecutive_failures_, seen);
  if (!rule.empty()) open(at, ending.open_for, {rule, ending.reason});
}

void Machine::move_to(State to, TimePoint at, const Explanation& why) noexcept {
  const State from = state_;
  ++generation_;
  if (measurements_) measurements_->absorbed = 0;
  explain(why);
  if (from == to) return;
  if (history_) history_->note_transition(from, to, since_, at);
  since_ = at;
  state_ = to;
  changed(from, to, at);
}

void Machine::open(TimePoint at, std::optional<Duration> open_for,
                   const Explanation& why) noexcept {
  if (openings_ < std::numeric_limits<std::uint16_t>::max()) ++openings_;
  asked_open_time_ = std::max(open_for.value_or(Duration::zero()), Duration::zero());
  open_until_ = at + current_open_time();
  probes_.prepare();
  consecutive_successes_ = 0;
  move_to(State::open, at, why);
}

void Machine::enter_half_open(TimePoint at, const Explanation& why) noexcept {
  first_probe_ = kNever;
  consecutive_successes_ = 0;
  move_to(State::half_open, at, why);
}

void Machine::close(TimePoint at, const Explanation& why) noexcept {
  consecutive_failures_ = 0;
  consecutive_successes_ = 0;
  openings_ = 0;
  if (windowed()) measurements_->window.clear();
  move_to(State::closed, at, why);
}

Duration Machine::current_open_time() const noexcept {
  if (asked_open_time_ > Duration::zero()) {
    return std::min(asked_open_time_, settings().open_timeout_max);
  }
  const std::uint64_t seed = (reinterpret_cast<std::uintptr_t>(this) << 20) ^ generation_ ^
                             static_cast<std::uint64_t>(latest_.time_since_epoch().count());
  return open_time(settings(), openings_ - 1u, unit_from(seed));
}

void Machine::explain(const Explanation& why) noexcept {
  cause_ = why.cause;
  if (History* const past = history()) past->set_reason(why.reason, why.detail);
}

History* Machine::history() noexcept {
  if (!history_) history_.reset(new (std::nothrow) History);
  return history_.get();
}

void Machine::force(Mode mode, std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  mode_ = mode;
  if (mode == Mode::forced_open) {
    openings_ = 0;
    consecutive_successes_ = 0;
    move_to(State::open, latest_, {reason, {}, Cause::operator_command});
  } else {
    close(latest_, {reason, {}, Cause::operator_command});
  }
}

void Machine::shadow(std::string_view reason, TimePoint now) noexcept {
  const Explanation why{reason, {}, Cause::operator_command};
  catch_up(now);
  if (!moving()) close(latest_, why);
  mode_ = Mode::shadow;
  explain(why);
}

void Machine::reset(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  mode_ = Mode::normal;
  close(latest_, {reason, {}, Cause::operator_command});
}

void Machine::trip(const Explanation& why, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ != State::open) open(latest_, {}, why);
}

void Machine::try_half_open(const Explanation& why, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ == State::open) enter_half_open(latest_, why);
}

void Machine::recover(const Explanation& why, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ != State::closed) close(latest_, why);
}

void Machine::reconfigure(const Settings& settings, TimePoint now) {
  catch_up(now);
  const bool new_open_time =
      moving() && state_ == State::open && differ_in_open_time(settings, this->settings());
  apply(settings);
  // The open time is measured from the opening. If the new open time has already elapsed, it is
  // taken to end now.
  if (new_open_time) open_until_ = std::max(since_ + current_open_time(), latest_);
}

void Machine::apply(const Settings& settings) {
  auto tuned = settings == Settings() ? nullptr : std::make_unique<const Settings>(settings);
  const bool windowed = needs_window(settings);
  const bool tracked = settings.slow_call_rate > 0;
  const bool timed = settings.response_times || tracked;
  if (!measurements_ && (windowed || timed)) measurements_ = std::make_unique<Measurements>();
  if (timed && measurements_->times.grow_to({}) == nullptr) throw std::bad_alloc();
  if (tracked) measurements_->tracker.reserve(settings.max_tracked_calls);
  if (measurements_) apply_window(settings, windowed);
  if (tracked) {
    measurements_->rule_since = latest_;
    measurements_->slow_call_duration.store(settings.slow_call_duration.count(),
                                            std::memory_order_relaxed);
    measurements_->next_check.store(latest_.time_since_epoch().count(), std::memory_order_relaxed);
  }
  probes_.set_capacity(settings.half_open_max_calls);
  tuned_ = std::move(tuned);
  judged_ = false;
  const bool bucketed = windowed && settings.window.kind == Window::Kind::time;
  flags_ = static_cast<std::uint16_t>((timed ? kTimed : 0) | (windowed ? kWindowed : 0) |
                                      (bucketed ? kBucketed : 0) | (tracked ? kTracked : 0) |
                                      (settings.call_timeout > Duration::zero() ? kLimited : 0));
}

void Machine::apply_window(const Settings& settings, bool windowed) {
  CallWindow& window = measurements_->window;
  if (windowed && (!this->windowed() || !same_shape(settings.window, this->settings().window))) {
    // The window did not record while its rules were off, so its contents have gaps.
    if (!this->windowed()) window = CallWindow();
    window.configure(settings.window, latest_);
    measurements_->tracker.forget_entries();
    measurements_->bucket_end.store(window.bucket_end().time_since_epoch().count(),
                                    std::memory_order_relaxed);
  }
}

std::optional<WindowTotals> Machine::window_totals() const noexcept {
  if (!windowed()) return std::nullopt;
  return measurements_->window.totals();
}

Word Machine::word() const noexcept {
  Word flags = flags_;
  if (state_ == State::closed) {
    if (consecutive_failures_ > 0) flags |= kPending;
    if (windowed()) {
      const WindowTotals& seen = measurements_->window.totals();
      const bool settled = judged_ && seen.calls >= settings().window.minimum_calls;
      if (!settled && (seen.failures > 0 || seen.slow > 0)) flags |= kTense;
    }
  }
  return make_word(state_, mode_, flags, generation_);
}

std::string_view Machine::last_failure() const noexcept {
  return history_ ? history_->last_failure() : std::string_view();
}

void Machine::describe(Snapshot& snapshot) const {
  snapshot.state = state_;
  snapshot.mode = mode_;
  snapshot.cause = cause_;
  snapshot.at = latest_;
  snapshot.since = since_;
  Duration& in_this_state = state_ == State::closed ? snapshot.in_closed
                            : state_ == State::open ? snapshot.in_open
                                                    : snapshot.in_half_open;
  in_this_state = latest_ - since_;
  if (history_) history_->describe(snapshot);
  if (measurements_) snapshot.response_times = measurements_->response_times();
  if (state_ == State::open && moving()) snapshot.retry_after = open_until_ - latest_;
  snapshot.consecutive_failures = consecutive_failures_;
  snapshot.consecutive_successes = consecutive_successes_;
  if (tracks()) snapshot.overdue = measurements_->tracker.overdue();
  snapshot.settings = settings();
}

}  // namespace circuitbreaker::detail
