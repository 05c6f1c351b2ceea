#pragma once
/// Tracks one exchange: when it trades and when its data are published.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "circuitbreaker/clock.h"

#include "stockclient/refresh/publication_watch.h"
#include "stockclient/time/freshness.h"

namespace stockclient {

/// Combines an exchange's calendar with what the upstream's answers reveal: its publication lag,
/// silent days, and whether its quotes move during trading although only end-of-day data were
/// expected. The freshness rules in force are derived from both.
///
/// Reads no clock; `advance` supplies the time. Not thread-safe.
class ExchangeWatch {
 public:
  /// `updates` is the configured update mode; `first_lag` is the publication lag assumed until one
  /// has been observed. `calendar` must outlive the watch.
  ExchangeWatch(const ExchangeCalendar& calendar, QuoteUpdates updates,
                circuitbreaker::Duration first_lag);

  /// Sets the current time to `now`, which must never decrease.
  void advance(WallTime now);

  /// The freshness rules as of the last `advance`. The shortest lifetime is not set; the caller
  /// adds it. The rules hold pointers into the watch, so it must outlive them.
  [[nodiscard]] FreshnessRules rules() const;
  /// The update mode of the exchange's quotes, as of the last `advance`.
  [[nodiscard]] QuoteUpdates updates() const noexcept {
    return surprising_day_ ? QuoteUpdates::realtime : updates_;
  }
  /// Changes whenever the rules may have changed.
  [[nodiscard]] std::uint64_t revision() const noexcept {
    return publication_.revision() + surprises_;
  }

  /// The exchange's trading clock, which runs only during sessions. Its origin is arbitrary.
  [[nodiscard]] circuitbreaker::Duration traded() const noexcept { return traded_; }
  /// The reading of the trading clock at `time`, which must not be later than the last `advance`.
  [[nodiscard]] circuitbreaker::Duration traded_at(WallTime time) const;

  /// Records that an answer for `symbol` arrived at `value.fetched`. Returns true on a surprise:
  /// the answer is a quote of today's trading day and arrived during the session, although only
  /// end-of-day data were expected. The exchange's quotes then count as realtime until the next
  /// day.
  bool saw(std::string_view symbol, const ValueTimes& value);

  /// Whether the data of the last closed session are expected but have not been seen yet. Until
  /// they are seen, only a canary may fetch them (see `PublicationWatch`).
  [[nodiscard]] bool awaits_publication() const;

  /// Tracks the publication of end-of-day data.
  [[nodiscard]] PublicationWatch& publication() noexcept { return publication_; }
  /// Read-only access to the publication watch.
  [[nodiscard]] const PublicationWatch& publication() const noexcept { return publication_; }
  /// The exchange's calendar.
  [[nodiscard]] const ExchangeCalendar& calendar() const noexcept { return *calendar_; }

 private:
  const ExchangeCalendar* calendar_;
  QuoteUpdates updates_;
  PublicationWatch publication_;
  /// The most recent day on which quotes moved unexpectedly; empty if none is in effect.
  std::optional<TradingDay> surprising_day_;
  std::uint64_t surprises_ = 0;

  WallTime now_{};
  circuitbreaker::Duration traded_{0};
  /// The session in progress at `now_`, or else the most recent one, and the open of the next.
  Session session_{};
  WallTime next_open_{};
};

}  // namespace stockclient
