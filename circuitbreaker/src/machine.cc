#include "machine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <utility>

#include "circuitbreaker/detail/random.h"

namespace circuitbreaker::detail {
namespace {

constexpr Settings kDefaults;

bool is_failure(Verdict verdict) noexcept {
  return verdict == Verdict::failure || verdict == Verdict::timeout;
}

}  // namespace

Machine::Machine(const Settings& settings, TimePoint now) : latest_(now), since_(now) {
  apply(settings);
}

const Settings& Machine::settings() const noexcept {
  return tuned_ ? *tuned_ : kDefaults;
}

void Machine::refuse(Rejected rejected, Admission& admission) noexcept {
  admission.rejected = rejected;
  // In shadow the call is made nevertheless; as nobody would have made it, its result is no news.
  if (mode_ == Mode::shadow) allow(admission);
}

void Machine::allow(Admission& admission) noexcept {
  admission.admitted = true;
  Ticket& ticket = admission.ticket;
  ticket.generation = generation_;
  ticket.started = latest_;
  if (tracks()) {
    ticket.tracked = memory_->tracker.add(latest_, generation_, ticket.counts && !ticket.probe);
  }
}

void Machine::admit(TimePoint now, Admission& admission) noexcept {
  catch_up(now);
  if (mode_ == Mode::forced_open) {
    return refuse({Rejected::Reason::forced_open, std::nullopt}, admission);
  }
  if (state_ == State::open) {
    return refuse({Rejected::Reason::open, open_until_ - latest_}, admission);
  }
  if (state_ == State::half_open) {
    const auto lease = probes_.take(latest_, settings().probe_lease);
    if (!lease) return refuse({Rejected::Reason::half_open_full, std::nullopt}, admission);
    if (first_probe_ == kNever) first_probe_ = latest_;
    admission.ticket.probe = true;
    admission.ticket.lease = *lease;
  }
  admission.ticket.counts = moving();
  allow(admission);
}

void Machine::catch_up(TimePoint now) noexcept {
  latest_ = std::max(latest_, now);
  if (tracks()) count_overdue_calls();
  if (!moving()) return;
  if (state_ == State::half_open && settings().half_open_timeout > Duration::zero() &&
      first_probe_ != kNever && latest_ >= first_probe_ + settings().half_open_timeout) {
    open(first_probe_ + settings().half_open_timeout, {}, "half-open for too long");
  }
  if (state_ == State::open && latest_ >= open_until_) enter_half_open(open_until_);
}

void Machine::count_overdue_calls() noexcept {
  const Duration limit = settings().slow_call_duration;
  while (auto* call = memory_->tracker.next_overdue(latest_, limit)) {
    if (!call->counts || call->generation != generation_) continue;
    const TimePoint due = std::max(call->started + limit, memory_->rule_since);
    call->counted = true;
    call->entry = memory_->window.record(due, false, true);
    judge(due, {});
  }
}

void Machine::end(const Ticket& ticket, const Ending& ending, TimePoint now) noexcept {
  catch_up(now);
  const CallTracker::Call* const call =
      ticket.tracked == CallTracker::kNowhere ? nullptr : &memory_->tracker.remove(ticket.tracked);
  const bool timed = memory_ && ticket.started != kNever;
  const Duration took = timed ? std::max(latest_ - ticket.started, Duration::zero()) : Duration();
  if (timed && ending.verdict != Verdict::ignored) memory_->times.add(took);
  if (is_failure(ending.verdict)) {
    if (History* const told = history()) told->note_failure(latest_, ending.verdict, ending.reason);
  }
  const bool lease_lost = ticket.probe && !probes_.release(ticket.lease);
  if (!ticket.counts || ticket.generation != generation_ || lease_lost) return;
  const bool slow = (call != nullptr && call->overdue) ||
                    (tracks() && timed && took >= settings().slow_call_duration);
  if (ticket.probe) {
    end_probe(ending, slow);
  } else {
    end_ordinary(ending, slow, call != nullptr && call->counted ? call : nullptr);
  }
}

bool Machine::succeed_quietly(std::uint64_t generation, TimePoint started, TimePoint now) noexcept {
  const bool quiet = generation == generation_ && state_ == State::closed && moving() &&
                     consecutive_failures_ == 0 && memory_ && !tracks() &&
                     memory_->window.totals().failures == 0 && memory_->window.totals().slow == 0;
  if (!quiet) return false;
  latest_ = std::max(latest_, now);
  if (started != kNever) memory_->times.add(std::max(latest_ - started, Duration::zero()));
  if (windowed()) memory_->window.record_good(latest_);
  return true;
}

void Machine::end_probe(const Ending& ending, bool slow) noexcept {
  if (ending.verdict == Verdict::ignored) return;
  if (is_failure(ending.verdict) || slow) {
    ++consecutive_failures_;
    open(latest_, ending.open_for,
         is_failure(ending.verdict) ? "a probe failed" : "a probe was slow", ending.reason);
    return;
  }
  consecutive_failures_ = 0;
  if (++consecutive_successes_ >= settings().success_threshold) {
    close(latest_, "enough probes succeeded");
  }
}

void Machine::end_ordinary(const Ending& ending, bool slow,
                           const CallTracker::Call* counted) noexcept {
  const bool failed = is_failure(ending.verdict);
  // A call that was cancelled counts for nothing, unless it had hung for too long by then.
  if (ending.verdict == Verdict::ignored && (!slow || counted != nullptr)) return;
  if (failed) ++consecutive_failures_;
  if (ending.verdict == Verdict::success) consecutive_failures_ = 0;
  if (windowed()) {
    if (counted == nullptr) memory_->window.record(latest_, failed, slow);
    if (counted != nullptr && failed) memory_->window.mark_failed(counted->entry);
  }
  judge(latest_, ending);
}

void Machine::judge(TimePoint at, const Ending& ending) noexcept {
  const Settings& s = settings();
  if (s.failure_threshold != 0 && consecutive_failures_ >= s.failure_threshold) {
    open(at, ending.open_for, "too many consecutive failures", ending.reason);
    return;
  }
  if (!windowed()) return;
  memory_->window.advance(at);
  const WindowTotals& seen = memory_->window.totals();
  if (seen.calls < s.window.minimum_calls) return;
  const auto reaches = [&](std::uint64_t part, double share) {
    // Divided, not multiplied: 7 of 100 reaches 0.07 also in binary.
    return part > 0 && share > 0 &&
           static_cast<double>(part) / static_cast<double>(seen.calls) >= share;
  };
  if (s.failure_count != 0 && seen.failures >= s.failure_count) {
    open(at, ending.open_for, "too many failures in the window", ending.reason);
  } else if (reaches(seen.failures, s.failure_rate)) {
    open(at, ending.open_for, "too high a failure rate", ending.reason);
  } else if (reaches(seen.slow, s.slow_call_rate)) {
    open(at, ending.open_for, "too high a rate of slow calls", ending.reason);
  }
}

void Machine::move_to(State to, TimePoint at, std::string_view reason,
                      std::string_view detail) noexcept {
  const State from = state_;
  ++generation_;
  set_reason(reason, detail);
  if (from == to) return;
  if (history_) history_->note_transition(from, to, since_, at);
  since_ = at;
  state_ = to;
  changed(from, to, at);
}

void Machine::open(TimePoint at, std::optional<Duration> open_for, std::string_view reason,
                   std::string_view detail) noexcept {
  open_until_ = at + next_open_time(open_for);
  if (openings_ < std::numeric_limits<std::uint16_t>::max()) ++openings_;
  probes_.prepare();
  consecutive_successes_ = 0;
  move_to(State::open, at, reason, detail);
}

void Machine::enter_half_open(TimePoint at) noexcept {
  first_probe_ = kNever;
  consecutive_successes_ = 0;
  move_to(State::half_open, at, "the open time is over");
}

void Machine::close(TimePoint at, std::string_view reason) noexcept {
  consecutive_failures_ = 0;
  consecutive_successes_ = 0;
  openings_ = 0;
  if (memory_) memory_->window.clear();
  move_to(State::closed, at, reason);
}

Duration Machine::next_open_time(std::optional<Duration> asked) noexcept {
  if (asked && *asked > Duration::zero()) return std::min(*asked, settings().open_timeout_max);
  const auto longest = static_cast<double>(settings().open_timeout_max.count());
  double length = std::min(static_cast<double>(settings().open_timeout.count()) *
                               std::pow(settings().open_timeout_multiplier, openings_),
                           longest);
  if (settings().open_timeout_jitter > 0) {
    const std::uint64_t seed = (reinterpret_cast<std::uintptr_t>(this) << 20) ^ generation_ ^
                               static_cast<std::uint64_t>(latest_.time_since_epoch().count());
    length *= 1 + settings().open_timeout_jitter * (2 * unit_from(seed) - 1);
  }
  return Duration(static_cast<Duration::rep>(length));
}

History* Machine::history() noexcept {
  if (!history_) history_.reset(new (std::nothrow) History);
  return history_.get();
}

void Machine::set_reason(std::string_view reason, std::string_view detail) noexcept {
  if (History* const told = history()) told->set_reason(reason, detail);
}

std::optional<WindowTotals> Machine::window_totals() noexcept {
  if (!windowed()) return std::nullopt;
  memory_->window.advance(latest_);
  return memory_->window.totals();
}

Word Machine::word() const noexcept {
  const bool pending = state_ == State::closed && consecutive_failures_ > 0;
  const bool tense = windowed() && memory_->window.totals().failures > 0;
  const Word flags = flags_ | (pending ? kPending : 0) | (tense ? kTense : 0);
  return make_word(state_, mode_, flags, generation_);
}

void Machine::describe(Snapshot& snapshot) const {
  snapshot.state = state_;
  snapshot.mode = mode_;
  snapshot.at = latest_;
  snapshot.since = since_;
  Duration& in_this_state = state_ == State::closed ? snapshot.in_closed
                            : state_ == State::open ? snapshot.in_open
                                                    : snapshot.in_half_open;
  in_this_state = latest_ - since_;
  if (history_) history_->describe(snapshot);
  if (memory_) snapshot.response_times = memory_->times.summary();
  if (state_ == State::open && moving()) snapshot.retry_after = open_until_ - latest_;
  snapshot.consecutive_failures = consecutive_failures_;
  snapshot.consecutive_successes = consecutive_successes_;
  if (tracks()) snapshot.overdue = memory_->tracker.overdue();
  snapshot.settings = settings();
}

}  // namespace circuitbreaker::detail
