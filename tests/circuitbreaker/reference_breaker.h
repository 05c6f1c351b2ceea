#pragma once
/// The simplest implementation of a breaker: it performs every transition exactly when it is due,
/// keeps every call in complete lists, and searches these for each decision. It is slow, and shares
/// no code with the library. A test can give it a bug to show that the model test finds such a bug.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker::testing {

enum class Bug : std::uint8_t {
  none,
  probe_keeps_slot_forever,  // probes have no lease
  late_result_counts,        // results are not checked against the generation
  one_probe_too_many,        // a threshold is off by one
  success_keeps_failures,    // a reset is missing
  window_forgets_nothing,    // old calls are never evicted
};

class ReferenceBreaker {
 public:
  struct Answer {
    bool admitted = false;
    bool probe = false;
    std::optional<Duration> retry_after;
    friend bool operator==(const Answer&, const Answer&) = default;
  };

  ReferenceBreaker(const Settings& settings, TimePoint now, Bug bug)
      : settings_(settings), bug_(bug), now_(now), since_(now), rule_since_(now) {}

  void advance(Duration by);
  Answer acquire(int call);
  void end(int call, Verdict verdict, std::optional<Duration> open_for);
  void force(Mode mode);
  void shadow();
  void reset();
  void trip();
  void try_half_open();
  void recover();
  void reconfigure(const Settings& settings);

  /// Asserts that a snapshot matches, except for its texts and response times.
  void expect(const Snapshot& snapshot) const;
  /// The transitions so far, as (from, to, when).
  using Change = std::tuple<State, State, TimePoint>;
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }

 private:
  struct Call {
    TimePoint started;
    int generation = 0;
    bool counts = false;
    bool probe = false;
    bool watched = false;
    bool overdue = false;
    std::optional<std::size_t> entry;
  };
  struct Entry {
    TimePoint at;
    bool failed = false;
    bool slow = false;
  };
  struct Probe {
    int call = 0;
    TimePoint until;
  };
  struct Seen {
    std::size_t calls = 0, failures = 0, slow = 0;
  };

  [[nodiscard]] bool moving() const { return mode_ == Mode::normal || mode_ == Mode::shadow; }
  [[nodiscard]] bool windowed() const;
  [[nodiscard]] std::optional<TimePoint> next_event() const;
  void happen(TimePoint at);
  bool mark_one_overdue(TimePoint at);
  [[nodiscard]] Seen seen(TimePoint at) const;
  void judge(TimePoint at, std::optional<Duration> open_for);
  void open(TimePoint at, std::optional<Duration> open_for);
  [[nodiscard]] Duration open_time() const;
  void close();
  void change(State to, TimePoint at);
  bool take_probe(int call);

  Settings settings_;
  Bug bug_;
  TimePoint now_;
  State state_ = State::closed;
  Mode mode_ = Mode::normal;
  TimePoint since_;
  TimePoint rule_since_;
  TimePoint open_until_{};
  Duration asked_open_time_{};
  std::optional<TimePoint> first_probe_;
  std::optional<TimePoint> outage_start_;
  int generation_ = 0;
  int openings_ = 0;
  std::uint32_t failures_in_a_row_ = 0;
  std::uint32_t successes_in_a_row_ = 0;
  std::map<int, Call> calls_;
  std::vector<Probe> probes_;
  std::vector<Entry> entries_;
  CallCounts counts_;
  Duration in_state_[3] = {};
  std::vector<Change> changes_;
};

}  // namespace circuitbreaker::testing
