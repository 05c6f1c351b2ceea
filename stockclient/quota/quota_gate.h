#pragma once
/// Decides which upstream calls may leave, so that none leaves that the upstream would refuse.

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer_class.h"
#include "stockclient/quota/call_window.h"
#include "stockclient/quota/day_budget.h"
#include "stockclient/quota/purpose.h"
#include "stockclient/quota/quota_plan.h"
#include "stockclient/quota/spending_ledger.h"
#include "stockclient/time/daily_reset.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// What decides the length of a hold.
struct HoldLengths {
  circuitbreaker::Duration second = std::chrono::seconds(2);
  circuitbreaker::Duration minute = std::chrono::seconds(60);
  circuitbreaker::Duration misconfigured = std::chrono::minutes(5);
  circuitbreaker::Duration blocked = std::chrono::seconds(60);
};

/// Why a call may not leave, and until when.
struct Refusal {
  /// `hold`: the upstream has refused before. `rate`: the second or the minute is full. `day`: what
  /// the day has for this purpose by now is spent. `client_share`: this client has had its part.
  enum class Why : std::uint8_t { hold, rate, day, client_share };
  Why why = Why::hold;
  /// `none` unless `why` is `hold`.
  Hold hold = Hold::none;
  circuitbreaker::TimePoint until;

  /// Over so soon that a caller may wait for it.
  [[nodiscard]] bool is_brief() const noexcept { return why == Why::rate || hold == Hold::second; }
};

/// Why nothing leaves for a while: the upstream's refusals, and our own count of the day.
inline constexpr std::array<std::string_view, 6> kHeldReasons{
    "throttled_second", "throttled_minute", "throttled_day",
    "misconfigured",    "blocked",          "day_spent"};

/// The quota as operators see it; empty limits do not apply.
struct QuotaState {
  struct Remaining {
    std::optional<std::uint32_t> second;
    std::optional<std::uint32_t> minute;
    std::optional<std::uint32_t> day;
  };
  std::string plan;
  Remaining remaining;
  /// Until when nothing leaves.
  std::optional<WallTime> held_until;
  /// One of `kHeldReasons`; empty when calls may leave.
  std::string_view held_reason;
};

struct QuotaSettings {
  QuotaPlan plan;
  DailyReset reset;
  DayShares shares;
  HoldLengths holds;
};

/// Thread-safety: every member function may be called from any thread. Nobody but those who wait
/// for the ledger themselves waits while it writes.
class QuotaGate {
 public:
  /// `ledger` may be null: then a restart forgets what was spent. It and the clocks must outlive
  /// the gate.
  QuotaGate(QuotaSettings settings, Clocks clocks, SpendingLedger* ledger = nullptr);

  /// Whether a call would be refused now, if `ahead` others went first. Charges nothing.
  [[nodiscard]] std::optional<Refusal> check(Purpose purpose, const std::string& client,
                                             std::size_t ahead = 0);
  /// Charges one call, which must leave at once, or refuses it. Returns when the ledger has it:
  /// with a daily quota on disk.
  [[nodiscard]] std::optional<Refusal> charge(Purpose purpose, const std::string& client,
                                              std::size_t ahead = 0);
  /// A call charged as a probe has brought data.
  void probe_succeeded();

  /// The upstream refused: nothing leaves for as long as the fault's hold says. A hold never
  /// shortens the one there is. Returns what every call meets from now on.
  Refusal hold(const Fault& fault);

  [[nodiscard]] QuotaState state();
  [[nodiscard]] bool has_daily_limit() const noexcept { return day_.has_value(); }

 private:
  // These need the lock.
  [[nodiscard]] std::optional<Refusal> refusal(Purpose purpose, const std::string& client,
                                               std::size_t ahead, circuitbreaker::TimePoint now,
                                               WallTime wall_now);
  [[nodiscard]] std::optional<Refusal> day_refusal(Purpose purpose, const std::string& client,
                                                   circuitbreaker::TimePoint now,
                                                   WallTime wall_now) const;
  void begin_day_if_due(WallTime wall_now);
  void begin_day_of(WallTime time);
  [[nodiscard]] LedgerEntry ledger_entry() const;

  [[nodiscard]] circuitbreaker::Duration length_of(const Fault& fault, WallTime wall_now) const;
  void restore(const LedgerEntry& entry);
  void restore(const Pause& pause, WallTime wall_now);
  /// Returns when the ledger knows what has happened until now.
  void keep();

  const QuotaSettings settings_;
  const Clocks clocks_;
  SpendingLedger* const ledger_;
  /// Those who write take turns; never taken while holding the other.
  std::mutex ledger_turn_;
  std::mutex mutex_;
  /// What there is to write, and how much of it has been.
  std::uint64_t changes_ = 0;
  std::uint64_t kept_ = 0;
  /// Of the last call.
  circuitbreaker::TimePoint departed_{};
  std::optional<CallWindow> second_;
  std::optional<CallWindow> minute_;
  std::optional<DayBudget> day_;
  WallTime day_start_{};
  WallTime day_end_{};
  Hold hold_ = Hold::none;
  circuitbreaker::TimePoint held_until_{};
};

}  // namespace stockclient
