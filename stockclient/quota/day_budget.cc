#include "stockclient/quota/day_budget.h"

#include <algorithm>
#include <cmath>

#include "stockclient/domain/hash.h"

namespace stockclient {
namespace {

constexpr double kAllAtReset = 2.0 / 3;
constexpr double kRefreshesAtReset = 0.25;
constexpr double kProbesAtReset = 0.4;
/// A point after the end of the day.
constexpr double kNever = 2;
/// Tolerance for rounding errors, as a fraction of a day (less than 0.1 ms).
constexpr double kRounding = 1e-9;

/// The fraction of a call that must be released before the call may be sent. Small, so that a plan
/// with one call a day can be used early in the day.
constexpr double kBegun = 0.01;

/// The fraction of the day after which `needed` of `cap` calls are released, if the share
/// `at_reset` is available from the start and the rest is released evenly.
double released_at(double cap, double at_reset, double needed) {
  if (needed > cap) return kNever;
  return std::max(0.0, (needed / cap - at_reset) / (1 - at_reset));
}

}  // namespace

std::uint64_t client_id(std::string_view name) noexcept {
  return fnv1a(name);
}

std::optional<double> DayBudget::refusal(Purpose purpose, double elapsed) const {
  const double day = per_day_;
  const double total = spent_.total();
  // A call that is only partly released may be sent here, unlike below, so that a plan with one
  // call a day can be used before the day ends.
  double when = total + 1 > day ? kNever : released_at(day, kAllAtReset, total + kRounding);
  if (purpose != Purpose::never_seen) {
    const double never_seen = spent_.of(Purpose::never_seen);
    const double behind = spent_.of(Purpose::refresh) + spent_.of(Purpose::probe);
    const double cap = day - std::max(shares_.never_seen_reserve * day, never_seen);
    when = std::max(when, released_at(cap, kRefreshesAtReset, behind + 1));
  }
  if (purpose == Purpose::probe) {
    when = std::max(
        when, released_at(shares_.probes * day, kProbesAtReset, spent_.of(Purpose::probe) + 1.0));
  }
  if (when <= elapsed + kRounding) return std::nullopt;
  return std::min(when, 1.0);
}

std::optional<double> DayBudget::client_refusal(const std::string& client, double elapsed) const {
  if (client.empty()) return std::nullopt;
  const auto found = never_seen_by_client_.find(client_id(client));
  if (found == never_seen_by_client_.end()) return std::nullopt;
  const double share = std::max(1.0, std::floor(shares_.client * per_day_));
  const double had = found->second;
  const double when = had + 1 > share ? kNever : released_at(share, kAllAtReset, had + kBegun);
  if (when <= elapsed + kRounding) return std::nullopt;
  return std::min(when, 1.0);
}

void DayBudget::charge(Purpose purpose, const std::string& client) {
  ++spent_.calls[static_cast<std::size_t>(purpose)];
  if (purpose != Purpose::never_seen || client.empty()) return;
  const std::uint64_t id = client_id(client);
  note_spender({id, ++never_seen_by_client_[id]});
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

void DayBudget::probe_succeeded() {
  auto& probes = spent_.calls[static_cast<std::size_t>(Purpose::probe)];
  if (probes == 0) return;
  --probes;
  ++spent_.calls[static_cast<std::size_t>(Purpose::refresh)];
}

void DayBudget::begin(const DaySpending& spent) {
  spent_ = spent;
  never_seen_by_client_.clear();
  for (const auto& [client, calls] : spent.clients) {
    if (calls > 0) never_seen_by_client_.emplace(client, calls);
  }
}

std::uint32_t DayBudget::remaining() const noexcept {
  return per_day_ - std::min(per_day_, spent_.total());
}

}  // namespace stockclient
