#include "history.h"

namespace circuitbreaker::detail {
namespace {

constexpr std::size_t transition_index(State from, State to) noexcept {
  if (from == State::closed) return 0;
  if (from == State::half_open) return to == State::closed ? 2 : 3;
  return to == State::half_open ? 1 : 4;
}

}  // namespace

void History::set_reason(std::string_view reason, std::string_view detail) noexcept {
  try {
    reason_ = reason;
    if (!detail.empty()) reason_.append(": ").append(detail);
  } catch (...) {  // Out of memory: an empty reason is better than an outdated one.
    reason_.clear();
  }
}

void History::note_failure(TimePoint at, Verdict verdict, std::string_view reason) noexcept {
  try {
    last_failure_ = LastFailure{at, verdict, std::string(reason)};
  } catch (...) {
    last_failure_ = LastFailure{at, verdict, {}};
  }
}

void History::note_transition(State from, State to, TimePoint since, TimePoint at) noexcept {
  in_state_[static_cast<std::size_t>(from)] += at - since;
  ++transitions_[transition_index(from, to)];
  if (from == State::closed) outage_start_ = at;
  if (to == State::closed) outage_start_.reset();
}

void History::describe(Snapshot& snapshot) const {
  snapshot.reason = reason_;
  snapshot.last_failure = last_failure_;
  snapshot.outage_start = outage_start_;
  snapshot.transitions = {transitions_[0], transitions_[1], transitions_[2], transitions_[3],
                          transitions_[4]};
  snapshot.in_closed += in_state_[0];
  snapshot.in_open += in_state_[1];
  snapshot.in_half_open += in_state_[2];
}

}  // namespace circuitbreaker::detail
