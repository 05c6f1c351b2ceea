// The gate against the plainest one that could be right: one that remembers every call and counts.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "stockclient/quota/file_ledger.h"
#include "stockclient/quota/quota_gate.h"
#include "tests/stockclient/memory_ledger.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

/// What departures may move on their way; the gate may be more careful than the limit by so much.
constexpr Duration kCaution = 100ms;

/// A calendar that can be set.
class SettableWallClock final : public WallClock {
 public:
  SettableWallClock(const circuitbreaker::Clock& clock, WallTime start)
      : clock_(clock), started_(clock.now()), start_(start) {}
  [[nodiscard]] WallTime now() const noexcept override {
    return start_ + (clock_.now() - started_) + wrong_by;
  }
  Duration wrong_by{0};

 private:
  const circuitbreaker::Clock& clock_;
  const TimePoint started_;
  const WallTime start_;
};

/// May it leave? `either`: so close to an edge that both are right.
enum class Says { leaves, stays, either };

Says both(Says a, Says b) {
  if (a == Says::stays || b == Says::stays) return Says::stays;
  return a == Says::leaves ? b : a;
}

/// `left` at least zero; close to zero nobody can tell.
Says when_not_negative(double left) {
  if (std::abs(left) < 1e-6) return Says::either;
  return left > 0 ? Says::leaves : Says::stays;
}

class ReferenceGate {
 public:
  explicit ReferenceGate(const QuotaSettings& settings) : settings_(settings) {}

  void now_is(TimePoint now, WallTime wall) {
    now_ = now;
    wall_ = wall;
    // Never back: a clock that is set back a little does not give a day's quota again.
    day_start_ = std::max(day_start_, settings_.reset.last(wall));
    day_end_ = settings_.reset.next(day_start_);
  }
  [[nodiscard]] Says says(Purpose purpose, const std::string& client) const {
    if (now_ < held_until_) return Says::stays;
    return both(day_says(purpose, client), windows_say());
  }
  void leaves(Purpose purpose, const std::string& client) {
    calls_.push_back({now_, now_, now_, day_start_, purpose, client});
    const auto& [name, per_second, per_minute, per_day] = settings_.plan;
    if (per_second || per_minute || per_day) record();
  }
  void probe_succeeded() { calls_.back().purpose = Purpose::refresh; }
  void hold(Hold why, Duration length) {
    if (why == Hold::day) length = day_end_ - wall_;
    if (now_ + length > held_until_) {
      held_until_ = now_ + length;
      held_ = why;
    }
    record();
  }
  /// A restart knows what was recorded last, and of the last minute's calls only how many there
  /// were and when the last one left.
  void restart() {
    calls_ = recorded_.calls;
    if (!calls_.empty()) {
      const TimePoint last = calls_.back().in_minute_at;
      // A last call in the future is taken for one that has just left.
      const TimePoint seen = now_ - std::max<Duration>(wall_ - recorded_.last_call, Duration(0));
      for (Call& call : calls_) {
        if (last - call.in_second_at < 1s + kCaution) call.in_second_at = std::max(last, seen);
        if (last - call.in_minute_at < 1min + kCaution) call.in_minute_at = std::max(last, seen);
      }
    }
    day_start_ = std::max(settings_.reset.last(wall_), recorded_.day_start);
    day_end_ = settings_.reset.next(day_start_);
    held_until_ = now_ + (recorded_.held_until - wall_);
  }

  [[nodiscard]] std::uint32_t spent() const {
    return count([](const Call&) { return true; });
  }
  [[nodiscard]] bool held() const { return now_ < held_until_; }
  [[nodiscard]] Duration held_for() const { return held_until_ - now_; }
  [[nodiscard]] WallTime day_end() const { return day_end_; }
  /// Calls of so short a time before now, by when they left.
  [[nodiscard]] std::uint32_t within(Duration window) const {
    return static_cast<std::uint32_t>(std::count_if(
        calls_.begin(), calls_.end(), [&](const Call& call) { return now_ - call.at < window; }));
  }

 private:
  struct Call {
    TimePoint at;
    /// At the latest: after a restart nobody knows any more.
    TimePoint in_second_at;
    TimePoint in_minute_at;
    WallTime day;
    Purpose purpose;
    std::string client;
  };
  struct Recorded {
    std::vector<Call> calls;
    WallTime day_start{};
    WallTime last_call{};
    WallTime held_until{};
  };

  void record() {
    recorded_ = {calls_, day_start_, {}, {}};
    if (!calls_.empty()) recorded_.last_call = wall_ - (now_ - calls_.back().in_minute_at);
    if (held()) recorded_.held_until = held_ == Hold::day ? day_end_ : wall_ + held_for();
  }
  template <class Which>
  [[nodiscard]] std::uint32_t count(Which which) const {
    return static_cast<std::uint32_t>(
        std::count_if(calls_.begin(), calls_.end(),
                      [&](const Call& call) { return call.day == day_start_ && which(call); }));
  }
  [[nodiscard]] std::uint32_t count(Purpose purpose) const {
    return count([&](const Call& call) { return call.purpose == purpose; });
  }

  [[nodiscard]] Says windows_say() const {
    std::uint32_t second = 0;
    std::uint32_t minute = 0;
    for (const Call& call : calls_) {
      if (now_ - call.in_second_at < 1s + kCaution) ++second;
      if (now_ - call.in_minute_at < 1min + kCaution) ++minute;
    }
    const auto& [name, per_second, per_minute, per_day] = settings_.plan;
    if (per_second && within(1s) >= *per_second) return Says::stays;
    if (per_minute && within(1min) >= *per_minute) return Says::stays;
    const bool careful = (per_second && second >= *per_second) ||  //
                         (per_minute && minute >= *per_minute);
    return careful ? Says::either : Says::leaves;
  }

  /// Part of it is there at the reset, the rest comes evenly.
  [[nodiscard]] double released(double whole, double at_reset) const {
    const double gone = static_cast<double>((wall_ - day_start_).count()) /
                        static_cast<double>((day_end_ - day_start_).count());
    return whole * (at_reset + (1 - at_reset) * std::clamp(gone, 0.0, 1.0));
  }
  [[nodiscard]] Says day_says(Purpose purpose, const std::string& client) const {
    if (!settings_.plan.per_day) return Says::leaves;
    const double day = *settings_.plan.per_day;
    const double total = spent();
    if (total + 1 > day) return Says::stays;
    // A call that is released in part may leave.
    Says says = when_not_negative(released(day, 2.0 / 3) - total);
    const double never_seen = count(Purpose::never_seen);
    if (purpose == Purpose::never_seen) {
      const double share = std::max(1.0, std::floor(day * settings_.shares.client));
      const double had = count([&](const Call& call) {
        return call.purpose == Purpose::never_seen && call.client == client;
      });
      if (client.empty() || had == 0) return says;
      if (had + 1 > share) return Says::stays;
      return both(says, when_not_negative(released(share, 2.0 / 3) - had - 0.01));
    }
    const double reserved = std::max(day * settings_.shares.never_seen_reserve, never_seen);
    says = both(says, when_not_negative(released(day - reserved, 0.25) - (total - never_seen) - 1));
    if (purpose == Purpose::refresh) return says;
    const double probes = count(Purpose::probe);
    return both(says, when_not_negative(released(day * settings_.shares.probes, 0.4) - probes - 1));
  }

  const QuotaSettings settings_;
  TimePoint now_{};
  WallTime wall_{};
  WallTime day_start_{};
  WallTime day_end_{};
  std::vector<Call> calls_;
  Hold held_ = Hold::none;
  TimePoint held_until_{};
  Recorded recorded_;
};

/// The gate and its reference, in a time and a folder of their own.
class World {
 public:
  World(const QuotaSettings& settings, WallTime start)
      : settings_(settings), wall_(clock_, start), reference_(settings) {
    std::string name = (std::filesystem::temp_directory_path() / "model-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    folder_ = name;
    start_gate();
    now();
  }
  ~World() { std::filesystem::remove_all(folder_); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void advance(Duration by) {
    clock_.advance(by);
    now();
  }
  /// With no restart within a minute, for which nobody could tell that it was less than the clock
  /// says.
  void set_calendar(Duration wrong_by) {
    wall_.wrong_by = wrong_by;
    advance(2min);
  }
  void restart() {
    // Through the file, but only now: a disk would take its time for each call.
    const std::string file = (folder_ / "spending").string();
    if (ledger_.entry) FileLedger(file).record(*ledger_.entry, Survives::process);
    ledger_.entry = FileLedger(file).load();
    start_gate();
    reference_.restart();
    now();
  }
  void hold(const Fault& fault) {
    const Duration length = fault.hold_for ? Duration(*fault.hold_for) : lengths_of(fault.hold);
    gate_->hold(fault);
    reference_.hold(fault.hold_for ? Hold::minute : fault.hold, length);
  }

  std::optional<Refusal> charge(Purpose purpose, const std::string& client) {
    const Says expected = reference_.says(purpose, client);
    const bool looks_free = !gate_->check(purpose, client);
    auto refusal = gate_->charge(purpose, client);
    RC_ASSERT(looks_free == !refusal);
    if (expected != Says::either) {
      RC_ASSERT(!refusal == (expected == Says::leaves));
    }
    if (refusal) {
      RC_ASSERT(refusal->until > clock_.now());
      return refusal;
    }
    reference_.leaves(purpose, client);
    const auto& [name, per_second, per_minute, per_day] = settings_.plan;
    if (per_second) {
      RC_ASSERT(reference_.within(1s) <= *per_second);
    }
    if (per_minute) {
      RC_ASSERT(reference_.within(1min) <= *per_minute);
    }
    if (per_day) {
      RC_ASSERT(reference_.spent() <= *per_day);
    }
    return std::nullopt;
  }
  void probe_succeeds() {
    gate_->probe_succeeded();
    reference_.probe_succeeded();
  }

  /// What everybody is told must be what is so.
  void check_what_is_shown() {
    const QuotaState shown = gate_->state();
    const auto& [name, per_second, per_minute, per_day] = settings_.plan;
    if (per_second) {
      RC_ASSERT(*shown.remaining.second <= *per_second - reference_.within(1s));
    }
    if (per_minute) {
      RC_ASSERT(*shown.remaining.minute <= *per_minute - reference_.within(1min));
    }
    if (per_day) {
      RC_ASSERT(*shown.remaining.day == *per_day - reference_.spent());
    }
    RC_ASSERT(shown.held_until.has_value() == !shown.held_reason.empty());
    if (reference_.held()) {
      RC_ASSERT(shown.held_until == wall_.now() + reference_.held_for());
    } else if (shown.remaining.day == 0u) {
      RC_ASSERT(shown.held_until == reference_.day_end());
      RC_ASSERT(shown.held_reason == "day_spent");
    } else {
      RC_ASSERT(!shown.held_until);
    }
  }

  /// From a new day on: as many calls leave, one after the other, as are shown to be left, each as
  /// soon as the refusal before it says.
  void spend_a_whole_day() {
    advance(std::max(reference_.held_for(), Duration(0)));
    advance(reference_.day_end() - wall_.now() + 1ms);
    const auto shown = gate_->state().remaining.day;
    if (!shown) return;
    const WallTime end = reference_.day_end();
    std::uint32_t left = 0;
    while (wall_.now() < end) {
      const auto refusal = charge(Purpose::never_seen, {});
      if (!refusal) ++left;
      advance(refusal ? refusal->until - clock_.now() : Duration(1ms));
    }
    RC_ASSERT(left == *shown);
  }

 private:
  void now() { reference_.now_is(clock_.now(), wall_.now()); }
  void start_gate() { gate_.emplace(settings_, Clocks{clock_, wall_}, &ledger_); }
  [[nodiscard]] Duration lengths_of(Hold hold) const {
    switch (hold) {
      case Hold::second:
        return settings_.holds.second;
      case Hold::misconfigured:
        return settings_.holds.misconfigured;
      case Hold::blocked:
        return settings_.holds.blocked;
      default:
        return settings_.holds.minute;
    }
  }

  const QuotaSettings settings_;
  circuitbreaker::ManualClock clock_;
  SettableWallClock wall_;
  ReferenceGate reference_;
  std::filesystem::path folder_;
  MemoryLedger ledger_;
  std::optional<QuotaGate> gate_;
};

std::optional<std::uint32_t> some_limit(std::uint32_t most) {
  if (*rc::gen::inRange(0, 4) == 0) return std::nullopt;
  return *rc::gen::inRange<std::uint32_t>(1, most);
}

QuotaSettings some_settings() {
  const char* const reset =
      *rc::gen::element("00:00 UTC", "00:00 America/New_York", "01:30 America/New_York",
                        "02:30 America/New_York", "23:59 America/New_York");
  QuotaSettings settings{{}, parse_daily_reset(reset).value(), {}, {}};
  settings.plan = {"custom", some_limit(4), some_limit(20), some_limit(40)};
  settings.shares.client = *rc::gen::element(0.1, 0.75, 1.0);
  settings.shares.probes = *rc::gen::element(0.2, 0.05);
  return settings;
}

/// Often the day before the clocks change in New York.
WallTime some_start() {
  using namespace std::chrono;
  const sys_days day = *rc::gen::element(
      sys_days(2026y / March / 7), sys_days(2026y / October / 31), sys_days(2026y / December / 31));
  return day + hours(*rc::gen::inRange(0, 48));
}

RC_GTEST_PROP(QuotaModel, TheGateDoesWhatTheReferenceDoes, ()) {
  World world(some_settings(), some_start());
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      250, rc::gen::pair(rc::gen::inRange(0, 40), rc::gen::inRange(0, 1'200)));
  for (const auto& [what, detail] : steps) {
    world.advance(std::chrono::milliseconds(detail));
    const auto purpose = static_cast<Purpose>(what % 3);
    switch (what) {
      case 0:
      case 1:
        world.advance(std::chrono::seconds(detail * 10));
        break;
      case 2:
        world.advance(1h);
        break;
      case 3: {
        const auto hold = static_cast<Hold>(1 + detail % 5);
        // A day's hold now and then, or there would be no other.
        if (hold == Hold::day && detail % 4 != 0) break;
        world.hold({AnswerClass::throttled, hold, {}, RetryAdvice::never, {}});
        break;
      }
      case 4:
        world.hold({AnswerClass::throttled,
                    Hold::minute,
                    std::chrono::seconds(detail),
                    RetryAdvice::never,
                    {}});
        break;
      case 5:
      case 6:
        world.restart();
        break;
      case 7:
        world.set_calendar(std::chrono::minutes(detail / 10 - 60));
        break;
      default: {
        const std::string client = detail % 4 == 0 ? "" : "client" + std::to_string(detail % 4);
        if (!world.charge(purpose, client) && purpose == Purpose::probe && detail % 2 == 0) {
          world.probe_succeeds();
        }
      }
    }
    world.check_what_is_shown();
  }
  world.spend_a_whole_day();
}

}  // namespace
}  // namespace stockclient::testing
