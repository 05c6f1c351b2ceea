#pragma once
/// The state machine of a circuit breaker: no lock, no clock, no listener, only what follows from
/// what was told when. Everything is a function of the times passed in: a transition that was due
/// before is performed first and dated when it was due, so looking more often changes nothing.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/detail/word.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

#include "call_tracker.h"
#include "call_window.h"
#include "probe_slots.h"

namespace circuitbreaker::detail {

/// What a permit remembers of its admission.
struct Ticket {
  std::uint64_t generation = 0;
  /// Whether the result may move the machine at all.
  bool counts = false;
  bool probe = false;
  ProbeLease lease;
  /// When it was admitted; `TimePoint::min()` when nobody read the clock.
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

/// Not thread-safe. Times that go back are read as the latest time seen.
class Machine {
 public:
  /// Told of every transition after it was made.
  class Sink {
   public:
    virtual void changed(State from, State to, TimePoint at) noexcept = 0;

   protected:
    ~Sink() = default;
  };

  Machine(const Settings& settings, TimePoint now, std::uint64_t seed, Sink& sink);

  [[nodiscard]] Admission admit(TimePoint now) noexcept;
  void end(const Ticket& ticket, const Ending& ending, TimePoint now) noexcept;
  /// Performs what is due.
  void catch_up(TimePoint now) noexcept;

  void force(Mode mode, std::string_view reason, TimePoint now) noexcept;
  void shadow(std::string_view reason, TimePoint now) noexcept;
  void reset(std::string_view reason, TimePoint now) noexcept;
  /// The settings are valid.
  void reconfigure(const Settings& settings, TimePoint now);

  [[nodiscard]] Word word() const noexcept;
  [[nodiscard]] TimePoint open_until() const noexcept { return open_until_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] TimePoint latest() const noexcept { return latest_; }
  /// What the window holds; nothing without windowed rules.
  [[nodiscard]] std::optional<WindowTotals> window_totals() noexcept;
  /// Fills in everything that the machine knows.
  void describe(Snapshot& snapshot) const;

 private:
  [[nodiscard]] bool moving() const noexcept {
    return mode_ == Mode::normal || mode_ == Mode::shadow;
  }
  [[nodiscard]] Admission refuse(Rejected rejected) noexcept;
  [[nodiscard]] Admission allow(Ticket ticket) noexcept;
  [[nodiscard]] bool tracks() const noexcept { return settings_.slow_call_rate > 0; }
  void end_probe(const Ticket& ticket, const Ending& ending, bool slow) noexcept;
  void end_ordinary(const Ending& ending, bool slow, CallWindow::EntryId entry) noexcept;
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
  void set_reason(std::string_view reason, std::string_view detail) noexcept;
  [[nodiscard]] Duration next_open_time(std::optional<Duration> asked) noexcept;

  /// What only the windowed rules need: absent without them.
  struct Memory {
    CallWindow window;
    CallTracker tracker;
  };

  Settings settings_;
  Sink& sink_;
  std::unique_ptr<Memory> memory_;
  ProbeSlots probes_;
  State state_ = State::closed;
  Mode mode_ = Mode::normal;
  std::uint32_t consecutive_failures_ = 0;
  std::uint32_t consecutive_successes_ = 0;
  /// Times it opened since it was last closed.
  std::uint32_t openings_ = 0;
  std::uint64_t generation_ = 1;
  std::uint64_t random_;
  TimePoint latest_;
  TimePoint since_;
  TimePoint open_until_{};
  std::optional<TimePoint> first_probe_;
  std::optional<TimePoint> outage_start_;
  std::array<Duration, 3> in_state_{};
  TransitionCounts transitions_;
  std::string reason_;
};

}  // namespace circuitbreaker::detail
