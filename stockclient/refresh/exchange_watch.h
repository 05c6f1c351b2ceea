#pragma once
/// Current knowledge about one exchange: when it trades and when its data are published.

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
/// Reads no clock: `advance` says what time it is. Not thread-safe.
class ExchangeWatch {
 public:
  /// `updates` is the setting; `first_lag` is the publication lag that is assumed at first.
  /// `calendar` must outlive the watch.
  ExchangeWatch(const ExchangeCalendar& calendar, QuoteUpdates updates,
                circuitbreaker::Duration first_lag);

  /// Moves the watch to `now`. Time must not go back.
  void advance(WallTime now);

  /// The rules of freshness at the time of the last `advance`, without the shortest lifetime, which
  /// the caller adds. The rules hold pointers into the watch, so it must outlive them.
  [[nodiscard]] FreshnessRules rules() const;
  /// The update mode of the exchange's quotes, as of the last `advance`.
  [[nodiscard]] QuoteUpdates updates() const noexcept {
    return surprising_day_ ? QuoteUpdates::realtime : updates_;
  }
  /// Changes whenever the rules may have changed.
  [[nodiscard]] std::uint64_t revision() const noexcept {
    return publication_.revision() + surprises_;
  }

  /// The exchange's trading clock: it runs only during sessions. Its origin is arbitrary.
  [[nodiscard]] circuitbreaker::Duration traded() const noexcept { return traded_; }
  /// The reading of the trading clock at `time`, which is not after the last `advance`.
  [[nodiscard]] circuitbreaker::Duration traded_at(WallTime time) const;

  /// Notes that an answer for `symbol` arrived at `value.fetched`. Returns true on a surprise: a
  /// quote of today's trading day during the session although only end-of-day data were expected.
  /// Then the exchange's quotes count as realtime until the next day.
  bool saw(std::string_view symbol, const ValueTimes& value);

  /// Whether data of the last closed session are expected and nobody has seen them yet, so that
  /// only a canary may ask.
  [[nodiscard]] bool awaits_publication() const;

  /// The watch over the publication of end-of-day data.
  [[nodiscard]] PublicationWatch& publication() noexcept { return publication_; }
  /// The same, to read only.
  [[nodiscard]] const PublicationWatch& publication() const noexcept { return publication_; }
  /// The calendar.
  [[nodiscard]] const ExchangeCalendar& calendar() const noexcept { return *calendar_; }

 private:
  const ExchangeCalendar* calendar_;
  QuoteUpdates updates_;
  PublicationWatch publication_;
  /// The day on which quotes moved unexpectedly.
  std::optional<TradingDay> surprising_day_;
  std::uint64_t surprises_ = 0;

  WallTime now_{};
  circuitbreaker::Duration traded_{0};
  /// The session in progress at `now_`, or else the most recent one, and the open of the next.
  Session session_{};
  WallTime next_open_{};
};

}  // namespace stockclient
