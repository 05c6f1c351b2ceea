#include "stockclient/quota/day_budget.h"

#include <algorithm>

#include "stockclient/domain/hash.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;
using std::chrono::hours;

namespace {

constexpr hours kDay{24};
/// If the clock is set back by less than this, it is assumed to have been corrected, and the
/// current day continues; otherwise it was wrong.
constexpr hours kCorrection{24};
/// The upstream counts arrivals, and calls may arrive closer together than they were sent.
constexpr Duration kDayJitter = std::chrono::seconds(1);

WallTime hour_of(WallTime time) {
  return std::chrono::floor<hours>(time);
}

}  // namespace

std::uint64_t client_id(std::string_view name) noexcept {
  return name.empty() ? 0 : fnv1a(name);
}

DayBudget::DayBudget(std::optional<std::uint32_t> per_day, std::optional<DailyReset> reset)
    : per_day_(per_day), reset_(reset) {
  if (per_day_ && !reset_) window_.emplace(*per_day_, kDay + kDayJitter);
}

TimePoint DayBudget::window_time(BootTime time) const {
  return TimePoint(time.time_since_epoch());
}

void DayBudget::advance(WallTime wall_now, BootTime now) {
  wall_now_ = wall_now;
  now_ = now;
  const bool continues =
      wall_now < day_end_ && wall_now >= spent_.day_start - Duration(kCorrection);
  if (continues) return;
  if (reset_) {
    begin_day(reset_->last(wall_now));
  } else if (wall_now < day_end_) {
    // The clock was wrong when the day began.
    begin_day(wall_now);
  }
}

void DayBudget::begin_day(WallTime start) {
  spent_.day_start = start;
  spent_.calls = 0;
  spent_.clients = {};
  by_client_.clear();
  day_end_ = reset_ ? reset_->next(start) : start + kDay;
}

Duration DayBudget::wait() const {
  if (window_) return std::max(window_->free_at(), window_time(now_)) - window_time(now_);
  return !per_day_ || spent_.calls < *per_day_ ? Duration(0) : Duration(day_end_ - wall_now_);
}

void DayBudget::charge(std::uint64_t client) {
  if (!reset_ && wall_now_ >= day_end_) begin_day(wall_now_);
  ++spent_.calls;
  if (window_) window_->depart(window_time(now_));
  count_hour();
  if (client != 0) note_spender({client, ++by_client_[client]});
}

void DayBudget::count_hour() {
  const WallTime hour = hour_of(wall_now_);
  auto& hourly = spent_.hourly;
  const auto passed = static_cast<std::size_t>(std::clamp<std::int64_t>(
      (hour - spent_.last_hour) / hours(1), 0, static_cast<std::int64_t>(hourly.size())));
  std::rotate(hourly.begin(), hourly.end() - static_cast<std::ptrdiff_t>(passed), hourly.end());
  std::fill_n(hourly.begin(), passed, 0u);
  spent_.last_hour = std::max(spent_.last_hour, hour);
  ++hourly.front();
}

void DayBudget::note_spender(ClientCalls spender) {
  const auto known = std::find_if(
      spent_.clients.begin(), spent_.clients.end(),
      [&](const ClientCalls& kept) { return kept.calls > 0 && kept.client == spender.client; });
  if (known != spent_.clients.end()) {
    *known = spender;
    return;
  }
  // Counts only grow, so a client enters the list when it overtakes the smallest entry.
  const auto least =
      std::min_element(spent_.clients.begin(), spent_.clients.end(),
                       [](const auto& a, const auto& b) { return a.calls < b.calls; });
  if (spender.calls > least->calls) *least = spender;
}

void DayBudget::restore(const DaySpending& spent, WallTime last_call) {
  // An entry from the near future means that the clock was set back. One from the far future was
  // recorded with a wrong clock and is ignored.
  const WallTime newest = std::max(spent.day_start, last_call);
  if (newest > wall_now_ + kCorrection) return;
  if (!reset_ || spent.day_start > wall_now_) begin_day(spent.day_start);
  // If the time of the reset has been changed, the last call may belong to today although the
  // recorded day began before today.
  if (newest >= spent_.day_start && wall_now_ < day_end_) {
    spent_.calls = spent.calls;
    spent_.clients = spent.clients;
    for (const auto& [client, calls] : spent.clients) {
      if (calls > 0) by_client_.emplace(client, calls);
    }
  }
  spent_.last_hour = spent.last_hour;
  spent_.hourly = spent.hourly;
  if (window_) restore_window(spent, last_call);
}

void DayBudget::restore_window(const DaySpending& spent, WallTime last_call) {
  const auto restore_calls = [&](WallTime at, std::uint32_t calls) {
    const Duration ago = std::max<Duration>(wall_now_ - at, Duration(0));
    window_->restore(window_time(now_) - ago, calls);
  };
  std::uint32_t recorded = 0;
  for (std::size_t i = spent.hourly.size(); i-- > 0;) {
    // A call counts as if it had been made at the end of its hour.
    const WallTime hour_ended = spent.last_hour - hours(i) + hours(1);
    restore_calls(std::min(hour_ended, last_call), spent.hourly[i]);
    recorded += spent.hourly[i];
  }
  // Older versions recorded no hours.
  if (recorded < spent.calls) restore_calls(last_call, spent.calls - recorded);
}

std::optional<std::uint32_t> DayBudget::remaining() const {
  if (window_) return window_->remaining(window_time(now_));
  if (!per_day_) return std::nullopt;
  return *per_day_ - std::min(*per_day_, spent_.calls);
}

WallTime DayBudget::begins() const {
  return wall_now_ < day_end_ ? spent_.day_start : wall_now_;
}

WallTime DayBudget::ends() const {
  return wall_now_ < day_end_ ? day_end_ : wall_now_ + kDay;
}

}  // namespace stockclient
