#pragma once
/// Counts the calls of a day.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "circuitbreaker/clock.h"

#include "stockclient/quota/rate_window.h"
#include "stockclient/time/clocks.h"
#include "stockclient/time/daily_reset.h"

namespace stockclient {

/// The calls that one client has caused for symbols that had never been requested before.
struct ClientCalls {
  /// A hash of the client's name, so that no name is written to disk; see `client_id`.
  std::uint64_t client = 0;
  /// Number of calls.
  std::uint32_t calls = 0;
};
/// A hash of a client's name that is the same in every process; 0 for the empty name, which
/// represents no particular client.
[[nodiscard]] std::uint64_t client_id(std::string_view name) noexcept;

/// The calls of the current day, and the times of the last 24 hours' calls.
struct DaySpending {
  /// Number of clients remembered across a restart: those that caused the most calls.
  static constexpr std::size_t kClientsKept = 8;
  /// Number of clock hours that a period of 24 hours can overlap.
  static constexpr std::size_t kHours = 25;

  /// When the day began.
  WallTime day_start{};
  /// Number of calls since then.
  std::uint32_t calls = 0;
  /// The clients that caused the most calls, in no particular order; unused entries have no calls.
  std::array<ClientCalls, kClientsKept> clients{};
  /// The start of the clock hour in which the last call was made.
  WallTime last_hour{};
  /// Number of calls in that hour and in each hour before it.
  std::array<std::uint32_t, kHours> hourly{};
};

/// Counts the calls of a day and enforces the limit, if there is one. The limit applies from one
/// reset to the next or, without a reset, to any 24 hours. In the latter case, a new day for the
/// clients' shares begins with the first call after the previous day has ended.
///
/// Thread-safety: none; its owner guards it.
class DayBudget {
 public:
  /// Allows `per_day` calls, which must be at least 1; empty: no limit.
  DayBudget(std::optional<std::uint32_t> per_day, std::optional<DailyReset> reset);

  /// Brings the budget up to date. Call it before every other function.
  void advance(WallTime wall_now, BootTime now);
  /// Time until a call may be made; zero or negative if one may be made now.
  [[nodiscard]] circuitbreaker::Duration wait() const;
  /// Counts a call that is sent now on behalf of `client`, a `client_id`.
  void charge(std::uint64_t client);
  /// Continues an earlier process's count; its last call was made at `last_call`.
  void restore(const DaySpending& spent, WallTime last_call);

  /// Number of calls that may be made now; empty without a limit.
  [[nodiscard]] std::optional<std::uint32_t> remaining() const;
  /// The spending to record in the ledger.
  [[nodiscard]] const DaySpending& spent() const noexcept { return spent_; }
  /// When the current day began; now, if the next call begins one.
  [[nodiscard]] WallTime begins() const;
  /// When the current day ends.
  [[nodiscard]] WallTime ends() const;

 private:
  void begin_day(WallTime start);
  void count_hour();
  void restore_window(const DaySpending& spent, WallTime last_call);
  void note_spender(ClientCalls spender);
  [[nodiscard]] circuitbreaker::TimePoint window_time(BootTime time) const;

  std::optional<std::uint32_t> per_day_;
  std::optional<DailyReset> reset_;
  /// The calls of the last 24 hours; empty with a reset and without a limit.
  std::optional<RateWindow> window_;
  DaySpending spent_;
  WallTime day_end_{};
  WallTime wall_now_{};
  BootTime now_{};
  std::unordered_map<std::uint64_t, std::uint32_t> by_client_;
};

}  // namespace stockclient
