#pragma once
/// The state machine of a circuit breaker, without lock, clock or listeners. Its behaviour is a
/// function of the events and times passed in. A transition that was due earlier is performed first
/// and dated when it was due, so looking at the machine more often changes nothing.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/detail/word.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

#include "history.h"
#include "measurements.h"
#include "probe_slots.h"

namespace circuitbreaker::detail {

/// The data that a permit keeps from its admission.
struct AdmittedCall {
  std::uint64_t generation = 0;
  /// Whether the result may cause a transition.
  bool counts = false;
  bool probe = false;
  ProbeLease lease;
  /// When the call was admitted; `TimePoint::min()` if the clock was not read.
  TimePoint started = TimePoint::min();
  CallTracker::Slot tracked = CallTracker::kNoSlot;
};

/// The answer to a request for admission.
struct Admission {
  bool admitted = false;
  AdmittedCall call;
  /// The reason for a rejection. In shadow mode it is also set, although the call is admitted.
  std::optional<Rejected::Reason> rejected;
  std::optional<Duration> retry_after;
};

/// How a call ended.
struct Ending {
  Verdict verdict = Verdict::ignored;
  std::string_view reason;
  /// The open time requested by the dependency.
  std::optional<Duration> open_for;
};

/// Why a transition happens.
struct Explanation {
  std::string_view reason;
  /// The text of the failure that caused the transition.
  std::string_view detail = {};
  Cause cause = Cause::calls;
};

/// Not thread-safe, except for the parts of `measurements` that say so. A time before the latest
/// one seen so far is treated as the latest.
class Machine {
 public:
  /// `settings` must be valid.
  Machine(const Settings& settings, TimePoint now);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Takes into account the calls that succeeded without the lock: `successes` in the current
  /// generation so far. Must be called before any other function.
  void absorb(std::uint64_t successes) noexcept;
  /// Performs transitions that are due.
  void catch_up(TimePoint now) noexcept;
  /// Decides about one call; `admission` must be newly constructed.
  void admit(TimePoint now, Admission& admission) noexcept;
  /// Records the end of a call.
  void end(const AdmittedCall& call, const Ending& ending, TimePoint now) noexcept;

  /// Operators' commands and the findings of health checks; see `CircuitBreaker`.
  void force(Mode mode, std::string_view reason, TimePoint now) noexcept;
  void shadow(std::string_view reason, TimePoint now) noexcept;
  void reset(std::string_view reason, TimePoint now) noexcept;
  void trip(const Explanation& why, TimePoint now) noexcept;
  void try_half_open(const Explanation& why, TimePoint now) noexcept;
  void recover(const Explanation& why, TimePoint now) noexcept;
  /// `settings` must be valid. If it throws `std::bad_alloc`, nothing visible has changed.
  void reconfigure(const Settings& settings, TimePoint now);

  /// The word that describes the machine.
  [[nodiscard]] Word word() const noexcept;
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] TimePoint open_until() const noexcept { return open_until_; }
  /// How long calls will be rejected, measured from the latest event: the rest of the open time if
  /// the breaker is open, `Duration::max()` if it is forced open, otherwise zero. Zero in shadow
  /// mode, which rejects nothing.
  [[nodiscard]] Duration blocked_for() const noexcept;
  [[nodiscard]] const Settings& settings() const noexcept;
  /// Null until first needed; never null afterwards.
  [[nodiscard]] Measurements* measurements() const noexcept { return measurements_.get(); }
  /// The calls in the window; empty without windowed rules.
  [[nodiscard]] std::optional<WindowTotals> window_totals() const noexcept;
  /// The text of the last failure; valid until the next event.
  [[nodiscard]] std::string_view last_failure() const noexcept;
  /// Fills in everything that the machine knows.
  void describe(Snapshot& snapshot) const;

 protected:
  ~Machine() = default;
  /// Called after every transition.
  virtual void changed(State from, State to, TimePoint at) noexcept = 0;

 private:
  /// Whether results may cause transitions.
  [[nodiscard]] bool moving() const noexcept {
    return mode_ == Mode::normal || mode_ == Mode::shadow;
  }
  [[nodiscard]] bool tracks() const noexcept { return (flags_ & kTracked) != 0; }
  [[nodiscard]] bool windowed() const noexcept { return (flags_ & kWindowed) != 0; }

  void refuse(Rejected::Reason reason, std::optional<Duration> retry_after,
              Admission& admission) noexcept;
  void allow(Admission& admission) noexcept;
  void end_probe(const Ending& ending, bool slow) noexcept;
  void end_ordinary(const Ending& ending, bool slow, const OverdueCall& overdue) noexcept;
  void count_overdue_calls() noexcept;
  /// Opens when a trip rule is met.
  void judge(TimePoint at, const Ending& ending) noexcept;

  void move_to(State to, TimePoint at, const Explanation& why) noexcept;
  void open(TimePoint at, std::optional<Duration> open_for, const Explanation& why) noexcept;
  void enter_half_open(TimePoint at, const Explanation& why) noexcept;
  void close(TimePoint at, const Explanation& why) noexcept;
  void explain(const Explanation& why) noexcept;
  /// How long the breaker stays open after its `openings_`-th opening.
  [[nodiscard]] Duration current_open_time() const noexcept;
  void apply(const Settings& settings);
  void apply_window(const Settings& settings, bool windowed);
  /// Null if there is no memory for it.
  [[nodiscard]] History* history() noexcept;

  static constexpr TimePoint kNever = TimePoint::min();

  // Optional parts are allocated when first needed, so that a breaker with the default settings and
  // no failures stays small. The smallest members come last, so that a derived class can place its
  // own members in the padding.
  std::unique_ptr<const Settings> tuned_;
  std::unique_ptr<Measurements> measurements_;
  std::unique_ptr<History> history_;
  ProbeSlots probes_;
  std::uint64_t generation_ = 1;
  TimePoint latest_;
  TimePoint since_;
  TimePoint open_until_{};
  TimePoint first_probe_ = kNever;
  /// The open time requested with the last failure; zero if there was no request.
  Duration asked_open_time_{};
  std::uint32_t consecutive_failures_ = 0;
  std::uint32_t consecutive_successes_ = 0;
  /// Number of openings since the breaker was last closed; stops at its largest value.
  std::uint16_t openings_ = 0;
  std::uint16_t flags_ = 0;
  State state_ = State::closed;
  Mode mode_ = Mode::normal;
  Cause cause_ = Cause::calls;
  /// Whether the trip rules were evaluated for the current contents of the window.
  bool judged_ = true;
};

}  // namespace circuitbreaker::detail
