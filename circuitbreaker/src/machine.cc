#include "machine.h"

#include <algorithm>
#include <cmath>

namespace circuitbreaker::detail {
namespace {

// splitmix64 (Steele, Lea, Flood 2014): spreading open times needs no more.
double next_unit(std::uint64_t& state) noexcept {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-53;
}

void count_transition(TransitionCounts& counts, State from, State to) noexcept {
  if (from == State::closed && to == State::open) ++counts.closed_to_open;
  if (from == State::open && to == State::half_open) ++counts.open_to_half_open;
  if (from == State::half_open && to == State::closed) ++counts.half_open_to_closed;
  if (from == State::half_open && to == State::open) ++counts.half_open_to_open;
  if (from == State::open && to == State::closed) ++counts.open_to_closed;
}

bool keeps_window(const Settings& s) noexcept {
  return s.failure_count != 0 || s.failure_rate > 0 || s.slow_call_rate > 0;
}

bool is_failure(Verdict verdict) noexcept {
  return verdict == Verdict::failure || verdict == Verdict::timeout;
}

}  // namespace

Machine::Machine(const Settings& settings, TimePoint now, std::uint64_t seed, Sink& sink)
    : settings_(settings), sink_(sink), random_(seed), latest_(now), since_(now) {
  apply(settings);
}

Admission Machine::refuse(Rejected rejected) noexcept {
  if (mode_ != Mode::shadow) return {false, {}, rejected};
  // In shadow the call is made nevertheless; as nobody would have made it, its result is no news.
  Admission admission = allow({});
  admission.rejected = rejected;
  return admission;
}

Admission Machine::allow(Ticket ticket) noexcept {
  ticket.generation = generation_;
  ticket.started = latest_;
  if (tracks()) {
    ticket.tracked = memory_->tracker.add(
        {latest_, generation_, CallWindow::kNoEntry, ticket.counts && !ticket.probe, false});
  }
  return {true, ticket, std::nullopt};
}

Admission Machine::admit(TimePoint now) noexcept {
  catch_up(now);
  if (mode_ == Mode::forced_open) return refuse({Rejected::Reason::forced_open, std::nullopt});
  if (state_ == State::open) return refuse({Rejected::Reason::open, open_until_ - latest_});
  Ticket ticket;
  ticket.counts = moving();
  if (state_ == State::half_open) {
    const auto lease = probes_.take(latest_, settings_.probe_lease);
    if (!lease) return refuse({Rejected::Reason::half_open_full, std::nullopt});
    if (!first_probe_) first_probe_ = latest_;
    ticket.probe = true;
    ticket.lease = *lease;
  }
  return allow(ticket);
}

void Machine::catch_up(TimePoint now) noexcept {
  latest_ = std::max(latest_, now);
  if (tracks()) count_overdue_calls();
  if (!moving()) return;
  if (state_ == State::half_open && settings_.half_open_timeout > Duration::zero() &&
      first_probe_ && latest_ >= *first_probe_ + settings_.half_open_timeout) {
    open(*first_probe_ + settings_.half_open_timeout, {}, "half-open for too long");
  }
  if (state_ == State::open && latest_ >= open_until_) enter_half_open(open_until_);
}

void Machine::count_overdue_calls() noexcept {
  const Duration limit = settings_.slow_call_duration;
  while (auto* call = memory_->tracker.next_overdue(latest_, limit)) {
    if (!call->counts || call->generation != generation_) continue;
    const TimePoint due = call->started + limit;
    call->entry = memory_->window.record(due, false, true);
    judge(due, {});
  }
}

void Machine::end(const Ticket& ticket, const Ending& ending, TimePoint now) noexcept {
  catch_up(now);
  CallTracker::Call call;
  if (ticket.tracked != CallTracker::kNowhere) call = memory_->tracker.remove(ticket.tracked);
  if (!ticket.counts || ticket.generation != generation_) return;
  const bool timed = ticket.started != TimePoint::min();
  const bool slow = call.overdue ||
                    (tracks() && timed && latest_ - ticket.started >= settings_.slow_call_duration);
  if (ticket.probe) {
    end_probe(ticket, ending, slow);
  } else {
    end_ordinary(ending, slow, call.entry);
  }
}

void Machine::end_probe(const Ticket& ticket, const Ending& ending, bool slow) noexcept {
  if (!probes_.release(ticket.lease) || ending.verdict == Verdict::ignored) return;
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

void Machine::end_ordinary(const Ending& ending, bool slow, CallWindow::EntryId entry) noexcept {
  const bool seen = entry != CallWindow::kNoEntry;
  const bool failed = is_failure(ending.verdict);
  // A call that was cancelled counts for nothing, unless it had hung for too long by then.
  if (ending.verdict == Verdict::ignored && (!slow || seen)) return;
  if (failed) ++consecutive_failures_;
  if (ending.verdict == Verdict::success) consecutive_failures_ = 0;
  if (keeps_window(settings_)) {
    if (!seen) memory_->window.record(latest_, failed, slow);
    if (seen && failed) memory_->window.mark_failed(entry);
  }
  judge(latest_, ending);
}

void Machine::judge(TimePoint at, const Ending& ending) noexcept {
  const Settings& s = settings_;
  if (s.failure_threshold != 0 && consecutive_failures_ >= s.failure_threshold) {
    open(at, ending.open_for, "too many consecutive failures", ending.reason);
    return;
  }
  if (!keeps_window(s)) return;
  memory_->window.advance(at);
  const WindowTotals& seen = memory_->window.totals();
  if (seen.calls < s.window.minimum_calls) return;
  const auto reaches = [&](std::uint64_t part, double share) {
    // Divided, not multiplied: 7 of 100 reaches 0.07 also in binary.
    return share > 0 && static_cast<double>(part) / static_cast<double>(seen.calls) >= share;
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
  count_transition(transitions_, from, to);
  if (from == State::closed) outage_start_ = at;
  if (to == State::closed) outage_start_.reset();
  sink_.changed(from, to, at);
}

void Machine::open(TimePoint at, std::optional<Duration> open_for, std::string_view reason,
                   std::string_view detail) noexcept {
  open_until_ = at + next_open_time(open_for);
  ++openings_;
  consecutive_successes_ = 0;
  move_to(State::open, at, reason, detail);
}

void Machine::enter_half_open(TimePoint at) noexcept {
  probes_.release_all();
  first_probe_.reset();
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
    length *= 1 + settings_.open_timeout_jitter * (2 * next_unit(random_) - 1);
  }
  return Duration(static_cast<Duration::rep>(length));
}

void Machine::set_reason(std::string_view reason, std::string_view detail) noexcept {
  try {
    reason_ = reason;
    if (!detail.empty()) reason_.append(": ").append(detail);
  } catch (...) {  // out of memory: better no reason than no transition
    reason_.clear();
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

void Machine::reconfigure(const Settings& settings, TimePoint now) {
  catch_up(now);
  apply(settings);
}

void Machine::apply(const Settings& settings) {
  probes_.resize(settings.half_open_max_calls);
  if (keeps_window(settings)) {
    const bool reshape = !memory_ || settings.window != settings_.window;
    if (!memory_) memory_ = std::make_unique<Memory>();
    memory_->tracker.reserve(settings.slow_call_rate > 0 ? settings.max_tracked_calls : 0);
    if (reshape) {
      memory_->window.configure(settings.window, latest_);
      memory_->tracker.forget_entries();
    }
  } else if (memory_) {
    // Kept for the calls it watches; what it remembers would have gaps when it is needed again.
    memory_->window.clear();
    memory_->tracker.forget_entries();
  }
  settings_ = settings;
}

std::optional<WindowTotals> Machine::window_totals() noexcept {
  if (!keeps_window(settings_)) return std::nullopt;
  memory_->window.advance(latest_);
  return memory_->window.totals();
}

Word Machine::word() const noexcept {
  const bool windowed = keeps_window(settings_);
  const bool timed = settings_.response_times || tracks() ||
                     (windowed && settings_.window.kind == Window::Kind::time);
  const bool pending = state_ == State::closed && consecutive_failures_ > 0;
  const Word flags = (timed ? kTimed : 0) | (pending ? kPending : 0) | (windowed ? kWindowed : 0) |
                     (tracks() ? kTracked : 0);
  return make_word(state_, mode_, flags, generation_);
}

void Machine::describe(Snapshot& snapshot) const {
  snapshot.state = state_;
  snapshot.mode = mode_;
  snapshot.at = latest_;
  snapshot.since = since_;
  snapshot.reason = reason_;
  if (state_ == State::open && moving()) snapshot.retry_after = open_until_ - latest_;
  snapshot.consecutive_failures = consecutive_failures_;
  snapshot.consecutive_successes = consecutive_successes_;
  snapshot.transitions = transitions_;
  auto in_state = in_state_;
  in_state[static_cast<std::size_t>(state_)] += latest_ - since_;
  snapshot.in_closed = in_state[0];
  snapshot.in_open = in_state[1];
  snapshot.in_half_open = in_state[2];
  snapshot.outage_start = outage_start_;
  if (tracks()) snapshot.overdue = memory_->tracker.overdue();
  snapshot.settings = settings_;
}

}  // namespace circuitbreaker::detail
