#pragma once
/// Learns how long after the close an exchange's end-of-day data appear at the upstream.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/time/exchange_calendar.h"

namespace stockclient {

/// Detects the publication of each session's end-of-day data with as few calls as possible. After a
/// close, one symbol, the canary, is refreshed to check whether the new data are available (a
/// "look"); the other symbols wait for its result. Once the canary has seen new data, all symbols
/// may be refreshed.
///
/// The lag between close and publication is bracketed by two offsets from the close: the last one
/// at which a look saw old data, and the first one at which a look saw new data. The first look of
/// an evening aims between them, until they are close together; then it aims at the second. A look
/// that comes too early is repeated with growing pauses. If all looks of an evening saw old data,
/// the day is assumed to be a holiday that no rule predicts. It becomes a silent day: no symbol is
/// refreshed until the next session has closed, unless data for the day appear after all.
///
/// A pure state machine: it makes no calls and reads no clock. Not thread-safe.
class PublicationWatch {
 public:
  /// `first_lag` is the lag that is assumed before any publication has been seen. `calendar` must
  /// outlive the watch.
  PublicationWatch(const ExchangeCalendar& calendar, circuitbreaker::Duration first_lag);

  /// Sets the current time to `now`, which must never decrease. The first `advance` after a session
  /// closes starts watching that session; all other functions refer to the session that is being
  /// watched.
  void advance(WallTime now);

  /// The watched session: the last one that had closed when `advance` was called.
  [[nodiscard]] const Session& session() const noexcept { return session_; }
  /// Whether the session's data have been seen. Until then, only the canary may be refreshed.
  [[nodiscard]] bool is_published() const noexcept { return published_; }
  /// Whether the session's day is silent: a presumed holiday without new data.
  [[nodiscard]] bool is_silent() const noexcept;
  /// Recent silent days, oldest first; at most eight.
  [[nodiscard]] std::span<const TradingDay> silent_days() const noexcept { return silent_days_; }
  /// The session's publication lag: the observed one if it is known, else the expected one.
  [[nodiscard]] circuitbreaker::Duration expected_lag() const noexcept { return offset_; }
  /// When the canary may next check for new data; empty while a check is in progress and when no
  /// further check is needed.
  [[nodiscard]] std::optional<WallTime> next_look() const;
  /// Whether a look at `symbol` has already seen old data for this session. The next look should
  /// use another symbol, because this one may be halted.
  [[nodiscard]] bool has_looked(std::string_view symbol) const;

  /// Notes that a canary's call has been sent.
  void look_begins() noexcept { looking_ = true; }
  /// Records that the canary's call failed without an answer. The next look is due immediately.
  void look_failed() noexcept { looking_ = false; }
  /// Notes an upstream answer for any `symbol`: it arrived at `at` and is of trading day `day`.
  void saw(std::string_view symbol, TradingDay day, WallTime at);

  /// Changes whenever `expected_lag`, `silent_days` or `is_published` may have changed.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }

 private:
  void begin(const Session& session);
  void saw_new(circuitbreaker::Duration offset);
  void saw_old(std::string_view symbol, circuitbreaker::Duration offset);
  [[nodiscard]] circuitbreaker::Duration aim() const;
  void declare_silent();

  const ExchangeCalendar* calendar_;
  Session session_{};
  WallTime next_close_{};
  bool published_ = false;
  bool looking_ = false;
  /// Offset from the close of the next look or, once published, of the first sight of the data.
  circuitbreaker::Duration offset_;
  /// Pause before the next look after one that saw old data.
  circuitbreaker::Duration pause_{};
  /// Offset of this evening's last look that saw old data.
  std::optional<circuitbreaker::Duration> old_until_;
  std::vector<std::string> looked_;
  std::vector<TradingDay> silent_days_;

  /// Offsets from the close, learned on earlier evenings: the last one at which a look saw old
  /// data, and the first one at which a look saw new data.
  circuitbreaker::Duration last_old_{0};
  circuitbreaker::Duration first_new_;
  /// Number of evenings on which a look at `first_new_` was right since `last_old_` last changed.
  unsigned confirmed_ = 0;
  std::uint64_t revision_ = 0;
};

}  // namespace stockclient
