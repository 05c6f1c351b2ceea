#pragma once
/// A quota gate with manual clocks.

#include <string>
#include <utility>

#include "stockclient/quota/quota_gate.h"
#include "tests/stockclient/time/manual_clocks.h"

namespace stockclient::testing {

inline QuotaSettings plan(const char* name) {
  return {parse_quota_plan(name).value(), parse_daily_reset("00:00 UTC").value(), {}};
}

struct QuotaWorld {
  explicit QuotaWorld(QuotaSettings with, SpendingLedger* ledger = nullptr)
      : gate(std::move(with), Clocks{clock, wall, boot}, ledger) {}

  bool leaves(const std::string& client = {}) { return !gate.charge(client); }
  /// Makes calls 1.1 s apart until one is refused. Returns the number of calls made.
  int leave_in_a_row(const std::string& client = {}) {
    int left = 0;
    while (left < 1000 && leaves(client)) {
      ++left;
      clock.advance(std::chrono::milliseconds(1100));
    }
    return left;
  }

  circuitbreaker::ManualClock clock;
  DerivedWallClock wall{clock, WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21))};
  DerivedBootClock boot{clock};
  QuotaGate gate;
};

}  // namespace stockclient::testing
