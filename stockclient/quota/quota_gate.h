#pragma once
/// Decides which upstream calls may be sent.

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/failure.h"
#include "stockclient/quota/call_budget.h"
#include "stockclient/quota/day_budget.h"
#include "stockclient/quota/quota_plan.h"
#include "stockclient/quota/rate_window.h"
#include "stockclient/quota/spending_ledger.h"
#include "stockclient/time/clocks.h"
#include "stockclient/time/daily_reset.h"

namespace stockclient {

/// Durations of the hold, a period without calls, after the upstream refused a call without saying
/// how long to wait. The hold after `throttled_day` ends at the next reset or, if that is not
/// known, after an hour.
struct HoldLengths {
  /// Hold after `throttled_second`.
  circuitbreaker::Duration second = std::chrono::seconds(2);
  /// Hold after `throttled_minute`.
  circuitbreaker::Duration minute = std::chrono::seconds(60);
  /// Hold after `misconfigured`.
  circuitbreaker::Duration misconfigured = std::chrono::minutes(5);
  /// Hold after `blocked`.
  circuitbreaker::Duration blocked = std::chrono::seconds(60);
};

/// The reasons that `QuotaState` can give for a pause in all calls: refusals by the upstream, and a
/// daily quota that is exhausted according to our own count.
inline constexpr std::array<FailureKind, 6> kHeldReasons{
    FailureKind::throttled_second, FailureKind::throttled_minute, FailureKind::throttled_day,
    FailureKind::misconfigured,    FailureKind::blocked,          FailureKind::day_spent};

/// The quota as shown to operators.
struct QuotaState {
  /// Calls left in each window; empty for a limit that does not apply.
  struct Remaining {
    /// Calls left in the current second.
    std::optional<std::uint32_t> second;
    /// Calls left in the current minute.
    std::optional<std::uint32_t> minute;
    /// Calls left until the next reset.
    std::optional<std::uint32_t> day;
  };
  /// The plan's name.
  std::string plan;
  /// The remaining calls.
  Remaining remaining;
  /// When calls may be sent again; empty when they may be sent now.
  std::optional<WallTime> held_until;
  /// Reason why no calls may be sent, one of `kHeldReasons`; set if and only if `held_until` is.
  std::optional<FailureKind> held_reason;
};

/// The settings of a quota gate.
struct QuotaSettings {
  /// The limits.
  QuotaPlan plan;
  /// When a day begins. If empty, the plan's limit per day applies to any period of 24 hours.
  std::optional<DailyReset> reset;
  /// How long each kind of refusal stops all calls.
  HoldLengths holds;
};

/// Enforces the plan's limits per second, minute and day, so that no call is sent that the upstream
/// would refuse. After the upstream has refused a call, stops all calls for a while. The gate's
/// refusals are `Failure`s whose `retry_after` says when to ask again.
///
///     QuotaGate gate(settings, system_clocks(), &ledger);
///     if (const auto refusal = gate.charge({})) return *refusal;
///     call_upstream();
///
/// Thread-safety: every member function may be called from any thread. No lock needed by other
/// functions is held while the ledger is written.
class QuotaGate {
 public:
  /// `ledger` may be null; then a restart forgets the calls made. Ledger and clocks must outlive
  /// the gate.
  QuotaGate(QuotaSettings settings, Clocks clocks, SpendingLedger* ledger = nullptr);

  /// The refusal that a call would get now if `ahead` other calls were sent first; empty if it may
  /// be sent. Charges nothing.
  [[nodiscard]] std::optional<Failure> check(std::size_t ahead = 0);
  /// Charges one call, which must be sent immediately, or returns a refusal and charges nothing.
  /// `client` names the client for which a symbol is fetched for the first time; empty otherwise.
  /// Returns once the ledger has recorded the entry, with a daily quota on disk.
  [[nodiscard]] std::optional<Failure> charge(const std::string& client);
  /// The budget for calls that are sent now.
  [[nodiscard]] CallBudget budget();
  /// The clients that caused the most calls today.
  [[nodiscard]] std::vector<ClientCalls> clients();

  /// Reports that the upstream refused a call with `failure`, whose kind imposes a hold: no calls
  /// may be sent for `failure.retry_after` or, if that is empty, for the configured time. Never
  /// shortens the hold in force. Returns the refusal that every call gets from now on.
  Failure hold(const Failure& failure);

  /// The current quota.
  [[nodiscard]] QuotaState state();
  /// Whether the plan limits the calls of a day.
  [[nodiscard]] bool has_daily_limit() const noexcept { return settings_.plan.per_day.has_value(); }
  /// Whether the plan limits calls at all.
  [[nodiscard]] bool has_limits() const noexcept { return second_ || minute_ || has_daily_limit(); }

 private:
  // Call these with the lock held.
  [[nodiscard]] std::optional<Failure> refusal(std::size_t ahead, circuitbreaker::TimePoint now,
                                               WallTime wall_now);
  void advance_day(WallTime wall_now);
  [[nodiscard]] LedgerEntry ledger_entry() const;

  [[nodiscard]] circuitbreaker::Duration length_of(const Failure& failure, WallTime wall_now) const;
  void restore(const LedgerEntry& entry);
  void restore(const Hold& hold, WallTime wall_now);
  /// Blocks until the ledger has recorded every change so far.
  void update_ledger();

  const QuotaSettings settings_;
  const Clocks clocks_;
  SpendingLedger* const ledger_;
  /// Serialises writes to the ledger; never taken while holding `mutex_`.
  std::mutex ledger_mutex_;
  std::mutex mutex_;
  /// Number of changes so far, and how many of them the ledger has recorded.
  std::uint64_t changes_ = 0;
  std::uint64_t recorded_changes_ = 0;
  /// When the last call was sent.
  circuitbreaker::TimePoint departed_{};
  std::optional<RateWindow> second_;
  std::optional<RateWindow> minute_;
  DayBudget day_;
  FailureKind hold_reason_ = FailureKind::throttled_second;
  circuitbreaker::TimePoint held_until_{};
};

}  // namespace stockclient
