#include "tests/freshness/oracle.h"

#include <algorithm>
#include <cmath>

#include "tests/freshness/market_model.h"
#include "tests/freshness/quota_windows.h"

namespace freshness {

using stockclient::ExchangeCalendar;
using stockclient::Session;

namespace {

/// No symbol is asked for again within this many seconds: the default of `fresh_ttl`.
constexpr double kFreshTtl = 60;

/// The number of calls that a sliding window of one minute allows within a session.
double calls_in(const stockclient::QuotaPlan& plan, double session_seconds) {
  return *plan.per_minute * (session_seconds / 60 + 1);
}

/// The mean age, weighted by `shares`, when symbol i's session has min(most, scale *
/// sqrt(shares[i])) parts, but at least one; and how many calls that takes.
struct Allocation {
  double mean_age = 0;
  double calls = 0;
};
Allocation allocate(const std::vector<double>& shares, double scale, double most,
                    double session_seconds) {
  Allocation result;
  for (const double share : shares) {
    const double parts = std::clamp(scale * std::sqrt(share), 1.0, most);
    result.mean_age += share * session_seconds / (2 * parts);
    result.calls += parts - 1;
  }
  return result;
}

}  // namespace

AgeBounds age_bounds(const Cell& cell, double session_seconds) {
  const auto plan = stockclient::parse_quota_plan(cell.plan).value();
  const double calls = calls_in(plan, session_seconds);
  const double most_parts = std::floor(session_seconds / kFreshTtl) + 2;
  const auto shares = Demand(cell.demand, 0).shares();
  double low = 0;
  double high = 1e9;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (allocate(shares, middle, most_parts, session_seconds).calls > calls ? high : low) = middle;
  }
  const double symbols = static_cast<double>(shares.size());
  return {allocate(shares, low, most_parts, session_seconds).mean_age,
          std::max(kFreshTtl, session_seconds / (calls / symbols + 1))};
}

double possible_closes(const Cell& cell, const stockclient::ExchangeCalendars& calendars,
                       const Period& period, std::uint32_t seed) {
  const ExchangeCalendar& calendar = *calendars.of("IBM");
  const MarketModel market(calendar, cell.updates, seed);
  QuotaWindows quota(stockclient::parse_quota_plan(cell.plan).value());
  double known = 0;
  for (Session session = calendar.last_closed(period.begins); session.closes < period.ends;
       session = calendar.next_after(session.day)) {
    const WallTime next_open = calendar.next_after(session.day).opens;
    if (next_open >= period.ends) break;
    WallTime now = std::max(market.published_at(session), period.begins);
    for (std::size_t done = 0; done < cell.demand.symbols; ++done) {
      now = quota.free_at(now);
      if (now >= next_open) break;
      quota.charge(now);
      if (session.opens >= period.measured_from) ++known;
    }
  }
  return known;
}

}  // namespace freshness
