// The quota gate compared with a reference that remembers and counts every call.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "stockclient/quota/file_ledger.h"
#include "stockclient/quota/quota_gate.h"
#include "tests/stockclient/quota/memory_ledger.h"
#include "tests/stockclient/quota/reference_gate.h"
#include "tests/stockclient/time/manual_clocks.h"
#include "tests/support/temporary_folder.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary

/// The gate and its reference, with their own clocks and folder.
class ModelWorld {
 public:
  ModelWorld(const QuotaSettings& settings, WallTime start)
      : settings_(settings), wall_(clock_, start), reference_(settings) {
    start_gate();
    now();
  }
  ModelWorld(const ModelWorld&) = delete;
  ModelWorld& operator=(const ModelWorld&) = delete;

  void advance(Duration by) {
    clock_.advance(by);
    now();
  }
  /// Sets the calendar clock and lets two minutes pass, because a restart within the first minute
  /// could not tell how much of it has really passed.
  void set_calendar(Duration wrong_by) {
    wall_.set_error(wrong_by);
    advance(2min);
  }
  void restart() {
    // Written to the file only at this point, because a disk access for every call would take too
    // long.
    const std::string file = (folder_.path() / "spending").string();
    if (ledger_.entry) FileLedger(file).record(*ledger_.entry, Durability::process_exit);
    ledger_.entry = FileLedger(file).load();
    start_gate();
    reference_.restart();
    now();
  }
  void hold(const Failure& failure) {
    gate_->hold(failure);
    reference_.hold(failure.kind, failure.retry_after.value_or(lengths_of(failure.kind)));
  }

  std::optional<Failure> charge() {
    const Says expected = reference_.says();
    const bool looks_free = !gate_->check();
    auto refusal = gate_->charge({});
    RC_ASSERT(looks_free == !refusal);
    if (expected != Says::either) {
      RC_ASSERT(!refusal == (expected == Says::leaves));
    }
    if (refusal) {
      RC_ASSERT(*refusal->retry_after > 0s);
      return refusal;
    }
    reference_.leaves();
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

  /// The reported state must agree with the reference.
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
    RC_ASSERT(shown.held_until.has_value() == shown.held_reason.has_value());
    if (reference_.held()) {
      RC_ASSERT(shown.held_until == wall_.now() + reference_.held_for());
    } else if (shown.remaining.day == 0u) {
      RC_ASSERT(shown.held_until == reference_.day_end());
      RC_ASSERT(shown.held_reason == FailureKind::day_spent);
    } else {
      RC_ASSERT(!shown.held_until);
    }
  }

  /// Begins a new day and makes calls until none are left, each at the time that the preceding
  /// refusal predicted. Checks that there are exactly as many as were reported as left.
  void spend_a_whole_day() {
    advance(std::max(reference_.held_for(), Duration(0)));
    advance(reference_.day_end() - wall_.now() + 1ms);
    const auto shown = gate_->state().remaining.day;
    if (!shown) return;
    const WallTime end = reference_.day_end();
    std::uint32_t left = 0;
    while (wall_.now() < end) {
      const auto refusal = charge();
      if (!refusal) ++left;
      advance(refusal ? *refusal->retry_after : Duration(1ms));
    }
    RC_ASSERT(left == *shown);
  }

 private:
  void now() { reference_.now_is(clock_.now(), wall_.now()); }
  void start_gate() { gate_.emplace(settings_, Clocks{clock_, wall_, boot_}, &ledger_); }
  [[nodiscard]] Duration lengths_of(FailureKind reason) const {
    switch (reason) {
      case FailureKind::throttled_second:
        return settings_.holds.second;
      case FailureKind::misconfigured:
        return settings_.holds.misconfigured;
      case FailureKind::blocked:
        return settings_.holds.blocked;
      default:
        return settings_.holds.minute;
    }
  }

  const QuotaSettings settings_;
  circuitbreaker::ManualClock clock_;
  DerivedWallClock wall_;
  DerivedBootClock boot_{clock_};
  ReferenceGate reference_;
  const test_support::TemporaryFolder folder_;
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
  QuotaSettings settings{{}, parse_daily_reset(reset).value(), {}};
  settings.plan = {"custom", some_limit(4), some_limit(20), some_limit(40)};
  return settings;
}

/// Often starts on the day before a clock change in New York.
WallTime some_start() {
  using namespace std::chrono;
  const sys_days day = *rc::gen::element(
      sys_days(2026y / March / 7), sys_days(2026y / October / 31), sys_days(2026y / December / 31));
  return day + hours(*rc::gen::inRange(0, 48));
}

RC_GTEST_PROP(QuotaModel, TheGateDecidesAsTheReferenceDoes, ()) {
  ModelWorld world(some_settings(), some_start());
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      250, rc::gen::pair(rc::gen::inRange(0, 40), rc::gen::inRange(0, 1'200)));
  for (const auto& [what, detail] : steps) {
    world.advance(std::chrono::milliseconds(detail));
    switch (what) {
      case 0:
      case 1:
        world.advance(std::chrono::seconds(detail * 10));
        break;
      case 2:
        world.advance(1h);
        break;
      case 3: {
        const FailureKind hold = kHeldReasons[static_cast<std::size_t>(detail % 5)];
        // Holds until the end of the day are rare, because they hide all others.
        if (hold == FailureKind::throttled_day && detail % 4 != 0) break;
        world.hold({.kind = hold});
        break;
      }
      case 4:
        world.hold(
            {.kind = FailureKind::throttled_minute, .retry_after = std::chrono::seconds(detail)});
        break;
      case 5:
      case 6:
        world.restart();
        break;
      case 7:
        world.set_calendar(std::chrono::minutes(detail / 10 - 60));
        break;
      default:
        world.charge();
    }
    world.check_what_is_shown();
  }
  world.spend_a_whole_day();
}

}  // namespace
}  // namespace stockclient::testing
