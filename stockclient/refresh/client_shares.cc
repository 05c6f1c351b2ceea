#include "stockclient/refresh/client_shares.h"

#include <algorithm>

namespace stockclient {
namespace {

constexpr std::size_t kRemembered = 1024;
constexpr std::chrono::days kCompetes{7};
constexpr unsigned kGuesses = 5;

}  // namespace

void ClientShares::seen(ClientId client, WallTime now) {
  if (client == kNobody) return;
  if (!clients_.contains(client) && clients_.size() >= kRemembered) {
    clients_.erase(std::min_element(
        clients_.begin(), clients_.end(),
        [](const auto& a, const auto& b) { return a.second.seen < b.second.seen; }));
  }
  clients_[client].seen = now;
}

void ClientShares::begin_day(WallTime begins) {
  if (begins <= day_begins_) return;
  day_begins_ = begins;
  for (auto& [id, client] : clients_) client.used = 0;
}

void ClientShares::restore(ClientId client, double calls, WallTime day_begins) {
  begin_day(day_begins);
  seen(client, day_begins);
  charge(client, calls);
}

void ClientShares::charge(ClientId client, double calls) {
  if (const auto found = clients_.find(client); found != clients_.end()) {
    found->second.used += calls;
  }
}

double ClientShares::used(ClientId client) const {
  const auto found = clients_.find(client);
  return found == clients_.end() ? 0 : found->second.used;
}

bool ClientShares::may_use(ClientId client, const SharedCalls& pool, WallTime now) const {
  const std::size_t competitors = competing(now);
  if (client == kNobody || competitors <= 1 || now >= pool.free_from) return true;
  const double entitled = pool.size / static_cast<double>(competitors);
  if (used(client) < entitled) return true;
  double kept_for_others = 0;
  for (const auto& [id, other] : clients_) {
    if (id == client || now - other.seen > kCompetes) continue;
    kept_for_others += std::max(0.0, entitled - other.used);
  }
  return pool.left - kept_for_others >= 1;
}

std::size_t ClientShares::competing(WallTime now) const {
  return static_cast<std::size_t>(
      std::count_if(clients_.begin(), clients_.end(),
                    [&](const auto& each) { return now - each.second.seen <= kCompetes; }));
}

void ClientShares::found(ClientId client, bool known) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  found->second.not_found_in_a_row = known ? 0 : found->second.not_found_in_a_row + 1;
}

bool ClientShares::is_guessing(ClientId client) const {
  const auto found = clients_.find(client);
  return found != clients_.end() && found->second.not_found_in_a_row >= kGuesses;
}

}  // namespace stockclient
