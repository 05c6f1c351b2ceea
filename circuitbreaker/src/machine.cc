#include "machine.h"

#include <algorithm>
#include <cmath>

#include "circuitbreaker/detail/random.h"

namespace circuitbreaker::detail {
namespace {

constexpr std::size_t transition_index(State from, State to) noexcept {
  if (from == State::closed) return 0;
  if (from == State::half_open) return to == State::closed ? 2 : 3;
  return to == State::half_open ? 1 : 4;
}

bool keeps_window(const Settings& s) noexcept {
  return s.failure_count != 0 || s.failure_rate > 0 || s.slow_call_rate > 0;
}

bool same_shape(Window a, const Window& b) noexcept {
  a.minimum_calls = b.minimum_calls;
  return a == b;
}

bool is_failure(Verdict verdict) noexcept {
  return verdict == Verdict::failure || verdict == Verdict::timeout;
}

}  // namespace

Machine::Machine(const Settings& settings, TimePoint now)
    : settings_(settings), latest_(now), since_(now) {
  apply(settings);
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
    const auto lease = probes_.take(latest_, settings_.probe_lease);
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
  if (state_ == State::half_open && settings_.half_open_timeout > Duration::zero() &&
      first_probe_ != kNever && latest_ >= first_probe_ + settings_.half_open_timeout) {
    open(first_probe_ + settings_.half_open_timeout, {}, "half-open for too long");
  }
  if (state_ == State::open && latest_ >= open_until_) enter_half_open(open_until_);
}

void Machine::count_overdue_calls() noexcept {
  const Duration limit = settings_.slow_call_duration;
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
  if (is_failure(ending.verdict)) note_failure(ending);
  const bool lease_lost = ticket.probe && !probes_.release(ticket.lease);
  if (!ticket.counts || ticket.generation != generation_ || lease_lost) return;
  const bool slow = (call != nullptr && call->overdue) ||
                    (tracks() && timed && took >= settings_.slow_call_duration);
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
  if (++consecutive_successes_ >= settings_.success_threshold) {
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
  const Settings& s = settings_;
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
  in_state_[static_cast<std::size_t>(from)] += at - since_;
  since_ = at;
  state_ = to;
  ++transitions_[transition_index(from, to)];
  if (from == State::closed) outage_start_ = at;
  if (to == State::closed) outage_start_ = kNever;
  changed(from, to, at);
}

void Machine::open(TimePoint at, std::optional<Duration> open_for, std::string_view reason,
                   std::string_view detail) noexcept {
  open_until_ = at + next_open_time(open_for);
  ++openings_;
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
  if (asked && *asked > Duration::zero()) return std::min(*asked, settings_.open_timeout_max);
  const auto longest = static_cast<double>(settings_.open_timeout_max.count());
  double length = std::min(static_cast<double>(settings_.open_timeout.count()) *
                               std::pow(settings_.open_timeout_multiplier, openings_),
                           longest);
  if (settings_.open_timeout_jitter > 0) {
    const std::uint64_t seed = (reinterpret_cast<std::uintptr_t>(this) << 20) ^ generation_ ^
                               static_cast<std::uint64_t>(latest_.time_since_epoch().count());
    length *= 1 + settings_.open_timeout_jitter * (2 * unit_from(seed) - 1);
  }
  return Duration(static_cast<Duration::rep>(length));
}

void Machine::set_reason(std::string_view reason, std::string_view detail) noexcept {
  try {
    if (!notes_) notes_ = std::make_unique<Notes>();
    notes_->reason = reason;
    if (!detail.empty()) notes_->reason.append(": ").append(detail);
  } catch (...) {  // out of memory: better no reason than no transition
    if (notes_) notes_->reason.clear();
  }
}

void Machine::note_failure(const Ending& ending) noexcept {
  try {
    if (!notes_) notes_ = std::make_unique<Notes>();
    notes_->last_failure = LastFailure{latest_, ending.verdict, std::string(ending.reason)};
  } catch (...) {
    if (notes_) notes_->last_failure = LastFailure{latest_, ending.verdict, {}};
  }
}

void Machine::force(Mode mode, std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  mode_ = mode;
  if (mode == Mode::forced_open) {
    openings_ = 0;
    consecutive_successes_ = 0;
    move_to(State::open, latest_, reason);
  } else {
    close(latest_, reason);
  }
}

void Machine::shadow(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  if (!moving()) close(latest_, reason);
  mode_ = Mode::shadow;
  set_reason(reason, {});
}

void Machine::reset(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  mode_ = Mode::normal;
  close(latest_, reason);
}

void Machine::trip(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ != State::open) open(latest_, {}, reason);
}

void Machine::recover(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ != State::closed) close(latest_, reason);
}

void Machine::reconfigure(const Settings& settings, TimePoint now) {
  catch_up(now);
  apply(settings);
}

void Machine::apply(const Settings& settings) {
  probes_.resize(settings.half_open_max_calls);
  const bool windowed = keeps_window(settings);
  const bool tracked = settings.slow_call_rate > 0;
  const bool timed = settings.response_times || tracked ||
                     (windowed && settings.window.kind == Window::Kind::time);
  const bool fresh = !memory_ && (windowed || timed);
  if (fresh) memory_ = std::make_unique<Memory>();
  if (tracked) {
    memory_->tracker.reserve(settings.max_tracked_calls);
    memory_->rule_since = latest_;
  }
  if (windowed &&
      (fresh || !keeps_window(settings_) || !same_shape(settings.window, settings_.window))) {
    memory_->window.configure(settings.window, latest_);
    memory_->tracker.forget_entries();
  }
  if (!windowed && memory_) {
    // What it remembers would have gaps when it is needed again.
    memory_->window.clear();
    memory_->tracker.forget_entries();
  }
  settings_ = settings;
  flags_ = (timed ? kTimed : 0) | (windowed ? kWindowed : 0) | (tracked ? kTracked : 0) |
           (settings.call_timeout > Duration::zero() ? kLimited : 0);
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
  if (notes_) {
    snapshot.reason = notes_->reason;
    snapshot.last_failure = notes_->last_failure;
  }
  if (memory_) snapshot.response_times = memory_->times.summary();
  if (state_ == State::open && moving()) snapshot.retry_after = open_until_ - latest_;
  snapshot.consecutive_failures = consecutive_failures_;
  snapshot.consecutive_successes = consecutive_successes_;
  snapshot.transitions = {transitions_[0], transitions_[1], transitions_[2], transitions_[3],
                          transitions_[4]};
  auto in_state = in_state_;
  in_state[static_cast<std::size_t>(state_)] += latest_ - since_;
  snapshot.in_closed = in_state[0];
  snapshot.in_open = in_state[1];
  snapshot.in_half_open = in_state[2];
  if (outage_start_ != kNever) snapshot.outage_start = outage_start_;
  if (tracks()) snapshot.overdue = memory_->tracker.overdue();
  snapshot.settings = settings_;
}

}  // namespace circuitbreaker::detail
