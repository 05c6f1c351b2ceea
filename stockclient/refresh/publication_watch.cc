#include "stockclient/refresh/publication_watch.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// A narrower bracket is not worth another look.
constexpr minutes kResolution{20};
constexpr minutes kFirstPause{30};
/// Looks later than this after the close serve only to confirm that a day is silent.
constexpr hours kEvening{8};
/// Minimum number of looks before a day counts as silent, so that one halted symbol does not
/// decide.
constexpr std::size_t kLeastLooks = 3;
constexpr minutes kConfirmationPause{10};
/// Data may start to appear earlier, which looks aimed at `first_new_` would never detect. So after
/// this many confirmations, the lower end of the bracket is moved down.
constexpr unsigned kConfirmations = 5;
constexpr std::size_t kKeptSilentDays = 8;

}  // namespace

PublicationWatch::PublicationWatch(const ExchangeCalendar& calendar, Duration first_lag)
    : calendar_(&calendar), offset_(first_lag), first_new_(2 * first_lag) {}

void PublicationWatch::advance(WallTime now) {
  if (now >= next_close_) begin(calendar_->last_closed(now));
}

void PublicationWatch::begin(const Session& session) {
  session_ = session;
  next_close_ = calendar_->next_after(session.day).closes;
  published_ = false;
  looking_ = false;
  pause_ = kFirstPause;
  old_until_.reset();
  looked_.clear();
  offset_ = aim();
  ++revision_;
}

Duration PublicationWatch::aim() const {
  return first_new_ - last_old_ > kResolution ? last_old_ + (first_new_ - last_old_) / 2
                                              : first_new_;
}

bool PublicationWatch::is_silent() const noexcept {
  return !silent_days_.empty() && silent_days_.back() == session_.day;
}

std::optional<WallTime> PublicationWatch::next_look() const {
  if (published_ || looking_ || is_silent()) return std::nullopt;
  return session_.closes + offset_;
}

bool PublicationWatch::has_looked(std::string_view symbol) const {
  return std::find(looked_.begin(), looked_.end(), symbol) != looked_.end();
}

void PublicationWatch::saw(std::string_view symbol, TradingDay day, WallTime at) {
  looking_ = false;
  if (published_) return;
  const Duration offset = at - session_.closes;
  // An answer that arrived before the close says nothing about publication.
  if (offset < Duration::zero()) return;
  if (day >= session_.day) {
    saw_new(offset);
  } else if (!is_silent() && offset >= offset_) {
    saw_old(symbol, offset);
  } else {
    old_until_ = std::max(old_until_.value_or(offset), offset);
  }
}

void PublicationWatch::saw_new(Duration offset) {
  published_ = true;
  if (is_silent()) silent_days_.pop_back();
  ++revision_;
  // If the first look takes place the next morning, it says nothing about the evening.
  if (!old_until_ && offset > kEvening) {
    offset_ = std::min(offset_, offset);
    return;
  }
  const bool confirms = first_new_ - last_old_ <= kResolution && !old_until_;
  last_old_ = std::min(old_until_.value_or(last_old_), offset);
  first_new_ = offset;
  offset_ = offset;
  confirmed_ = confirms ? confirmed_ + 1 : 0;
  if (confirmed_ >= kConfirmations) {
    confirmed_ = 0;
    last_old_ = std::max<Duration>(Duration::zero(), first_new_ - 2 * kResolution);
  }
}

void PublicationWatch::saw_old(std::string_view symbol, Duration offset) {
  old_until_ = offset;
  looked_.emplace_back(symbol);
  ++revision_;
  if (offset < first_new_) {
    offset_ = first_new_;
  } else {
    offset_ = offset + pause_;
    pause_ *= 2;
  }
  if (offset_ <= kEvening) return;
  if (looked_.size() >= kLeastLooks) return declare_silent();
  offset_ = offset + kConfirmationPause;
}

void PublicationWatch::declare_silent() {
  if (silent_days_.size() == kKeptSilentDays) silent_days_.erase(silent_days_.begin());
  silent_days_.push_back(session_.day);
  offset_ = aim();
}

}  // namespace stockclient
