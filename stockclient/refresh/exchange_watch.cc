#include "stockclient/refresh/exchange_watch.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::Duration;

ExchangeWatch::ExchangeWatch(const ExchangeCalendar& calendar, QuoteUpdates updates,
                             Duration first_lag)
    : calendar_(&calendar), updates_(updates), publication_(calendar, first_lag) {}

void ExchangeWatch::advance(WallTime now) {
  if (now <= now_) return;
  if (now_ == WallTime()) now_ = now;
  if (now >= next_open_) {
    traded_ += calendar_->trading_time(now_, now);
    session_ = calendar_->last_opened(now);
    next_open_ = calendar_->next_after(session_.day).opens;
    // Quotes that moved unexpectedly count as realtime only until the next session opens.
    if (surprising_day_ && *surprising_day_ < session_.day) {
      surprising_day_.reset();
      ++surprises_;
    }
  } else if (now_ < session_.closes) {
    traded_ += std::min(now, session_.closes) - now_;
  }
  now_ = now;
  publication_.advance(now);
}

FreshnessRules ExchangeWatch::rules() const {
  return {.calendar = calendar_,
          .updates = updates(),
          .publication_lag = publication_.expected_lag(),
          .silent_days = publication_.silent_days()};
}

Duration ExchangeWatch::traded_at(WallTime time) const {
  return traded_ - calendar_->trading_time(time, now_);
}

bool ExchangeWatch::saw(std::string_view symbol, const ValueTimes& value) {
  if (!value.trading_day) return false;
  publication_.saw(symbol, *value.trading_day, value.fetched);
  const bool surprise = updates_ == QuoteUpdates::end_of_day && !surprising_day_ &&
                        *value.trading_day == session_.day && value.fetched >= session_.opens &&
                        value.fetched < session_.closes;
  if (surprise) {
    surprising_day_ = session_.day;
    ++surprises_;
  }
  return surprise;
}

bool ExchangeWatch::awaits_publication() const {
  return updates() == QuoteUpdates::end_of_day && !publication_.is_published() &&
         !publication_.is_silent();
}

}  // namespace stockclient
