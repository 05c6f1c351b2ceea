#include "stockclient/refresh/unknown_symbols.h"

#include <algorithm>
#include <tuple>

namespace stockclient {
namespace {

constexpr std::chrono::hours kForgotten{24};

bool is_needed(const UnknownSymbol& entry) {
  return entry.waiting > 0 || entry.calling || entry.kept;
}

}  // namespace

bool UnknownSymbols::ask(const Query& query, ClientId client, WallTime now) {
  auto found = entries_.find(query);
  if (found == entries_.end()) {
    if (entries_.size() >= capacity_) {
      const auto oldest =
          std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
            return std::tuple(is_needed(a.second), a.second.asked_last) <
                   std::tuple(is_needed(b.second), b.second.asked_last);
          });
      if (is_needed(oldest->second)) return false;
      entries_.erase(oldest);
    }
    found =
        entries_
            .emplace(query, UnknownSymbol{.client = client, .turn = ++turns_, .asked_last = now})
            .first;
  }
  found->second.asked_last = now;
  found->second.not_before = {};
  ++found->second.waiting;
  return true;
}

void UnknownSymbols::keep(const Query& query, WallTime now) {
  UnknownSymbol& entry =
      entries_.try_emplace(query, UnknownSymbol{.turn = ++turns_, .asked_last = now}).first->second;
  entry.kept = true;
}

void UnknownSymbols::stop_waiting(const Query& query) {
  UnknownSymbol* const entry = find(query);
  if (entry != nullptr && entry->waiting > 0) --entry->waiting;
}

UnknownSymbol* UnknownSymbols::find(const Query& query) {
  const auto found = entries_.find(query);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<WallTime> UnknownSymbols::next_retry(WallTime now) const {
  std::optional<WallTime> next;
  for (const auto& [query, entry] : entries_) {
    if (entry.not_before > now && (!next || entry.not_before < *next)) next = entry.not_before;
  }
  return next;
}

void UnknownSymbols::drop_forgotten(WallTime now) {
  std::erase_if(entries_, [&](const auto& each) {
    const UnknownSymbol& entry = each.second;
    return !is_needed(entry) && now - entry.asked_last > kForgotten;
  });
}

int UnknownSymbols::rank(const UnknownSymbol& entry, const ClientShares& shares) {
  if (shares.is_guessing(entry.client)) return 2;
  return entry.waiting > 0 ? 0 : 1;
}

bool UnknownSymbols::before(const UnknownSymbol& a, const UnknownSymbol& b,
                            const ClientShares& shares) {
  return std::tuple(rank(a, shares), shares.used(a.client), a.turn) <
         std::tuple(rank(b, shares), shares.used(b.client), b.turn);
}

}  // namespace stockclient
