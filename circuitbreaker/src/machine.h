#pragma once
/// The state machine of a circuit breaker: no lock, no clock, no listener, only what follows from
/// what was told when. Everything is a function of the times passed in: a transition that was due
/// before is performed first and dated when it was due, so looking more often changes nothing.

#include <algorithm>
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

#include "call_tracker.h"
#include "call_window.h"
#include "history.h"
#include "probe_slots.h"

namespace circuitbreaker::detail {

/// What a permit remembers of its admission.
struct Ticket {
  std::uint64_t generation = 0;
  /// Whether the result may move the machine at all.
  bool counts = false;
  bool probe = false;
  ProbeLease lease;
  /// When it was admitted; unset when nobody read the clock.
  TimePoint started = TimePoint::min();
  CallTracker::Place tracked = CallTracker::kNowhere;
};

struct Admission {
  bool admitted = false;
  Ticket ticket;
  /// Why not; in shadow mode also set although admitted.
  std::optional<Rejected> rejected;
};

struct Ending {
  Verdict verdict = Verdict::ignored;
  std::string_view reason;
  std::optional<Duration> open_for;
};

/// Shortest, longest and mean.
class TimesSum {
 public:
  void add(Duration time) noexcept {
    min_ = count_ == 0 ? time : std::min(min_, time);
    max_ = std::max(max_, time);
    sum_ += time;
    ++count_;
  }
  [[nodiscard]] ResponseTimes summary() const noexcept {
    if (count_ == 0) return {};
    return {min_, sum_ / count_, max_};
  }

 private:
  Duration min_{};
  Duration max_{};
  Duration sum_{};
  Duration::rep count_ = 0;
};

/// Not thread-safe. Times that go back are read as the latest time seen.
class Machine {
 public:
  Machine(const Settings& settings, TimePoint now);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Fills in a fresh `admission`.
  void admit(TimePoint now, Admission& admission) noexcept;
  void end(const Ticket& ticket, const Ending& ending, TimePoint now) noexcept;
  /// What `end` does for a success of a closed breaker while nothing else is remembered, when that
  /// is all there is to do; else does nothing and returns false. Changes no word.
  [[nodiscard]] bool succeed_quietly(std::uint64_t generation, TimePoint started,
                                     TimePoint now) noexcept;
  /// Performs what is due.
  void catch_up(TimePoint now) noexcept;

  void force(Mode mode, std::string_view reason, TimePoint now) noexcept;
  void shadow(std::string_view reason, TimePoint now) noexcept;
  void reset(std::string_view reason, TimePoint now) noexcept;
  void trip(std::string_view reason, TimePoint now) noexcept;
  void recover(std::string_view reason, TimePoint now) noexcept;
  /// The settings are valid.
  void reconfigure(const Settings& settings, TimePoint now);

  [[nodiscard]] Word word() const noexcept;
  [[nodiscard]] TimePoint open_until() const noexcept { return open_until_; }
  [[nodiscard]] const Settings& settings() const noexcept;
  [[nodiscard]] TimePoint latest() const noexcept { return latest_; }
  /// What the window holds; nothing without windowed rules.
  [[nodiscard]] std::optional<WindowTotals> window_totals() noexcept;
  /// Fills in everything that the machine knows.
  void describe(Snapshot& snapshot) const;

 protected:
  ~Machine() = default;
  /// Called after every transition.
  virtual void changed(State from, State to, TimePoint at) noexcept = 0;

 private:
  [[nodiscard]] bool moving() const noexcept {
    return mode_ == Mode::normal || mode_ == Mode::shadow;
  }
  void refuse(Rejected rejected, Admission& admission) noexcept;
  void allow(Admission& admission) noexcept;
  [[nodiscard]] bool tracks() const noexcept { return (flags_ & kTracked) != 0; }
  [[nodiscard]] bool windowed() const noexcept { return (flags_ & kWindowed) != 0; }
  void end_probe(const Ending& ending, bool slow) noexcept;
  void end_ordinary(const Ending& ending, bool slow, const CallTracker::Call* counted) noexcept;
  void apply(const Settings& settings);
  void count_overdue_calls() noexcept;
  /// Opens when a trip rule is met.
  void judge(TimePoint at, const Ending& ending) noexcept;

  void move_to(State to, TimePoint at, std::string_view reason,
               std::string_view detail = {}) noexcept;
  void open(TimePoint at, std::optional<Duration> open_for, std::string_view reason,
            std::string_view detail = {}) noexcept;
  void enter_half_open(TimePoint at) noexcept;
  void close(TimePoint at, std::string_view reason) noexcept;
  /// Null when there is no memory for it.
  [[nodiscard]] History* history() noexcept;
  void set_reason(std::string_view reason, std::string_view detail = {}) noexcept;
  [[nodiscard]] Duration next_open_time(std::optional<Duration> asked) noexcept;

  static constexpr TimePoint kNever = TimePoint::min();
  /// What only timed calls and windowed rules need: absent without them.
  struct Memory {
    CallWindow window;
    CallTracker tracker;
    TimesSum times;
    /// No call is overdue before the rule that says so.
    TimePoint rule_since{};
  };

  // A breaker that nobody tuned and that never had trouble is small: what differs from it is
  // absent until it does. The smallest members come last, so that those of a derived class fill up.
  std::unique_ptr<const Settings> tuned_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<History> history_;
  ProbeSlots probes_;
  std::uint64_t generation_ = 1;
  TimePoint latest_;
  TimePoint since_;
  TimePoint open_until_{};
  TimePoint first_probe_ = kNever;
  std::uint32_t consecutive_failures_ = 0;
  std::uint32_t consecutive_successes_ = 0;
  /// Times it opened since it was last closed; stays at the largest.
  std::uint16_t openings_ = 0;
  std::uint16_t flags_ = 0;
  State state_ = State::closed;
  Mode mode_ = Mode::normal;
};

}  // namespace circuitbreaker::detail
