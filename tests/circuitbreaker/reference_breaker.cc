#include "reference_breaker.h"

#include <algorithm>
#include <cmath>

#include <rapidcheck.h>

namespace circuitbreaker::testing {

bool ReferenceBreaker::windowed() const {
  return settings_.failure_count > 0 || settings_.failure_rate > 0 || settings_.slow_call_rate > 0;
}

void ReferenceBreaker::advance(Duration by) {
  const TimePoint target = now_ + by;
  for (auto at = next_event(); at && *at <= target; at = next_event()) happen(*at);
  now_ = target;
}

std::optional<TimePoint> ReferenceBreaker::next_event() const {
  std::optional<TimePoint> next;
  const auto consider = [&](TimePoint at) { next = next ? std::min(*next, at) : at; };
  for (const auto& [id, call] : calls_) {
    if (call.watched && !call.overdue) consider(call.started + settings_.slow_call_duration);
  }
  if (moving() && state_ == State::open) consider(open_until_);
  if (moving() && state_ == State::half_open && first_probe_ &&
      settings_.half_open_timeout > Duration())
    consider(*first_probe_ + settings_.half_open_timeout);
  return next;
}

void ReferenceBreaker::happen(TimePoint at) {
  if (mark_one_overdue(at)) return;
  if (state_ == State::half_open) {
    open(at, {});
  } else {
    first_probe_.reset();
    successes_in_a_row_ = 0;
    change(State::half_open, at);
  }
}

bool ReferenceBreaker::mark_one_overdue(TimePoint at) {
  for (auto& [id, call] : calls_) {
    if (!call.watched || call.overdue || call.started + settings_.slow_call_duration > at) continue;
    call.overdue = true;
    if (call.counts && !call.probe && call.generation == generation_) {
      const TimePoint counted_at = std::max(at, rule_since_);
      call.entry = entries_.size();
      entries_.push_back({counted_at, false, true});
      judge(counted_at, {});
    }
    return true;
  }
  return false;
}

ReferenceBreaker::Seen ReferenceBreaker::seen(TimePoint at) const {
  const Duration bucket((settings_.window.length.count() + settings_.window.buckets - 1) /
                        settings_.window.buckets);
  const auto bucket_of = [&](TimePoint time) { return time.time_since_epoch() / bucket; };
  Seen sum;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const bool old = settings_.window.kind == Window::Kind::count
                         ? i + settings_.window.calls < entries_.size()
                         : bucket_of(entries_[i].at) + settings_.window.buckets < bucket_of(at);
    if (old && bug_ != Bug::window_forgets_nothing) continue;
    ++sum.calls;
    sum.failures += entries_[i].failed ? 1 : 0;
    sum.slow += entries_[i].slow ? 1 : 0;
  }
  return sum;
}

void ReferenceBreaker::judge(TimePoint at, std::optional<Duration> open_for) {
  const Settings& s = settings_;
  bool trips = s.failure_threshold > 0 && failures_in_a_row_ >= s.failure_threshold;
  const Seen sum = seen(at);
  if (windowed() && sum.calls >= s.window.minimum_calls) {
    const auto share = [&](std::size_t part) {
      return static_cast<double>(part) / static_cast<double>(sum.calls);
    };
    trips |= s.failure_count > 0 && sum.failures >= s.failure_count;
    trips |= s.failure_rate > 0 && share(sum.failures) >= s.failure_rate;
    trips |= s.slow_call_rate > 0 && share(sum.slow) >= s.slow_call_rate;
  }
  if (trips) open(at, open_for);
}

void ReferenceBreaker::open(TimePoint at, std::optional<Duration> open_for) {
  asked_open_time_ = open_for.value_or(Duration());
  ++openings_;
  open_until_ = at + open_time();
  successes_in_a_row_ = 0;
  change(State::open, at);
}

Duration ReferenceBreaker::open_time() const {
  Duration length = asked_open_time_;
  if (length <= Duration()) {
    length = settings_.open_timeout;
    for (int i = 1; i < openings_ && length < settings_.open_timeout_max; ++i) {
      length = Duration(static_cast<Duration::rep>(static_cast<double>(length.count()) *
                                                   settings_.open_timeout_multiplier));
    }
  }
  return std::min(length, settings_.open_timeout_max);
}

void ReferenceBreaker::close() {
  openings_ = 0;
  failures_in_a_row_ = 0;
  successes_in_a_row_ = 0;
  entries_.clear();
  change(State::closed, now_);
}

void ReferenceBreaker::change(State to, TimePoint at) {
  ++generation_;
  if (to == state_) return;
  in_state_[static_cast<int>(state_)] += at - since_;
  if (state_ == State::closed) outage_start_ = at;
  if (to == State::closed) outage_start_.reset();
  changes_.emplace_back(state_, to, at);
  state_ = to;
  since_ = at;
}

bool ReferenceBreaker::take_probe(int call) {
  const auto expired = [&](const Probe& probe) {
    return probe.until <= now_ && bug_ != Bug::probe_keeps_slot_forever;
  };
  const auto unexpired = probes_.size() - static_cast<std::size_t>(std::count_if(
                                              probes_.begin(), probes_.end(), expired));
  const std::size_t allowed =
      settings_.half_open_max_calls + (bug_ == Bug::one_probe_too_many ? 1 : 0);
  if (unexpired >= allowed) return false;
  if (probes_.size() >= allowed) {
    probes_.erase(
        std::min_element(probes_.begin(), probes_.end(),
                         [](const Probe& a, const Probe& b) { return a.until < b.until; }));
  }
  probes_.push_back({call, now_ + settings_.probe_lease});
  if (!first_probe_) first_probe_ = now_;
  return true;
}

ReferenceBreaker::Answer ReferenceBreaker::acquire(int id) {
  Answer answer;
  Call call{now_, 0, moving(), false, false, false, {}};
  bool refused = mode_ == Mode::forced_open || state_ == State::open;
  if (moving() && state_ == State::open) answer.retry_after = open_until_ - now_;
  if (state_ == State::half_open) {
    call.probe = take_probe(id);
    refused = !call.probe;
  }
  if (refused) ++counts_.rejected;
  if (refused && mode_ != Mode::shadow) return answer;
  if (refused) call.counts = false;
  const auto watched =
      std::count_if(calls_.begin(), calls_.end(), [](const auto& c) { return c.second.watched; });
  call.watched = settings_.slow_call_rate > 0 && watched < settings_.max_tracked_calls;
  call.generation = generation_;
  calls_[id] = call;
  return {true, call.probe, {}};
}

void ReferenceBreaker::end(int id, Verdict verdict, std::optional<Duration> open_for) {
  const Call call = calls_.at(id);
  calls_.erase(id);
  const bool failed = verdict == Verdict::failure || verdict == Verdict::timeout;
  if (verdict == Verdict::success) ++counts_.success;
  if (verdict == Verdict::failure) ++counts_.failure;
  if (verdict == Verdict::timeout) ++counts_.timeout;
  if (verdict == Verdict::ignored) ++counts_.ignored;

  const auto held =
      std::find_if(probes_.begin(), probes_.end(), [&](const Probe& p) { return p.call == id; });
  const bool holds_slot = held != probes_.end();
  if (holds_slot) probes_.erase(held);
  const bool late = call.generation != generation_ && bug_ != Bug::late_result_counts;
  if (!moving() || !call.counts || late || (call.probe && !holds_slot)) return;
  if (state_ == State::open) return;

  const bool slow = call.overdue || (settings_.slow_call_rate > 0 &&
                                     now_ - call.started >= settings_.slow_call_duration);
  if (state_ == State::half_open) {
    if (verdict == Verdict::ignored) return;
    if (failed || slow) {
      ++failures_in_a_row_;
      open(now_, open_for);
      return;
    }
    failures_in_a_row_ = 0;
    if (++successes_in_a_row_ >= settings_.success_threshold) close();
    return;
  }
  if (verdict == Verdict::ignored && (!slow || call.entry)) return;
  if (failed) ++failures_in_a_row_;
  if (verdict == Verdict::success && bug_ != Bug::success_keeps_failures) failures_in_a_row_ = 0;
  if (call.entry && failed) entries_.at(*call.entry).failed = true;
  if (!call.entry) entries_.push_back({now_, failed, slow});
  judge(now_, open_for);
}

void ReferenceBreaker::force(Mode mode) {
  mode_ = mode;
  if (mode != Mode::forced_open) return close();
  openings_ = 0;
  successes_in_a_row_ = 0;
  change(State::open, now_);
}

void ReferenceBreaker::shadow() {
  if (!moving()) close();
  mode_ = Mode::shadow;
}

void ReferenceBreaker::reset() {
  mode_ = Mode::normal;
  close();
}

void ReferenceBreaker::trip() {
  if (moving() && state_ != State::open) open(now_, {});
}

void ReferenceBreaker::try_half_open() {
  if (!moving() || state_ != State::open) return;
  first_probe_.reset();
  successes_in_a_row_ = 0;
  change(State::half_open, now_);
}

void ReferenceBreaker::recover() {
  if (moving() && state_ != State::closed) close();
}

void ReferenceBreaker::reconfigure(const Settings& settings) {
  const bool new_open_time = settings.open_timeout != settings_.open_timeout ||
                             settings.open_timeout_multiplier != settings_.open_timeout_multiplier;
  settings_ = settings;
  rule_since_ = now_;
  if (new_open_time && moving() && state_ == State::open) {
    open_until_ = std::max(since_ + open_time(), now_);
  }
  advance(Duration());
}

void ReferenceBreaker::expect(const Snapshot& s) const {
  RC_ASSERT(s.state == state_);
  RC_ASSERT(s.mode == mode_);
  RC_ASSERT(s.since == since_);
  RC_ASSERT(s.at == now_);
  RC_ASSERT(s.consecutive_failures == failures_in_a_row_);
  RC_ASSERT(s.consecutive_successes == successes_in_a_row_);
  RC_ASSERT(s.in_flight == calls_.size());
  const auto overdue =
      std::count_if(calls_.begin(), calls_.end(), [](const auto& c) { return c.second.overdue; });
  RC_ASSERT(static_cast<std::ptrdiff_t>(s.overdue) == overdue);
  RC_ASSERT(s.calls.success == counts_.success);
  RC_ASSERT(s.calls.failure == counts_.failure);
  RC_ASSERT(s.calls.timeout == counts_.timeout);
  RC_ASSERT(s.calls.ignored == counts_.ignored);
  RC_ASSERT(s.calls.rejected == counts_.rejected);
  RC_ASSERT(s.retry_after.has_value() == (moving() && state_ == State::open));
  if (s.retry_after) RC_ASSERT(*s.retry_after == open_until_ - now_);
  RC_ASSERT(s.outage_start == outage_start_);
  Duration in_state[3] = {in_state_[0], in_state_[1], in_state_[2]};
  in_state[static_cast<int>(state_)] += now_ - since_;
  RC_ASSERT(s.in_closed == in_state[0]);
  RC_ASSERT(s.in_open == in_state[1]);
  RC_ASSERT(s.in_half_open == in_state[2]);
  const Seen sum = seen(now_);
  if (!windowed() || sum.calls == 0) return;
  RC_ASSERT(s.failure_rate == static_cast<double>(sum.failures) / static_cast<double>(sum.calls));
  RC_ASSERT(s.slow_call_rate == static_cast<double>(sum.slow) / static_cast<double>(sum.calls));
}

}  // namespace circuitbreaker::testing
