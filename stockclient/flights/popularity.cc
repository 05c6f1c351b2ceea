#include "stockclient/flights/popularity.h"

#include <algorithm>
#include <utility>

namespace stockclient {

void Popularity::note(const Query& query) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  if (const auto found = counts_.find(query); found != counts_.end()) {
    ++found->second;
    return;
  }
  std::uint64_t count = 0;
  if (counts_.size() >= capacity_) {
    const auto least =
        std::min_element(counts_.begin(), counts_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    // The newcomer inherits the evicted count, so that the next newcomer does not evict it.
    count = least->second;
    counts_.erase(least);
  }
  counts_.emplace(query, count + 1);
}

std::vector<Query> Popularity::most_requested() const {
  std::vector<std::pair<std::uint64_t, Query>> sorted;
  {
    const std::lock_guard lock(mutex_);
    sorted.reserve(counts_.size());
    for (const auto& [query, count] : counts_) sorted.emplace_back(count, query);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Query> queries;
  queries.reserve(sorted.size());
  for (auto& [count, query] : sorted) queries.push_back(std::move(query));
  return queries;
}

void Popularity::clear() {
  const std::lock_guard lock(mutex_);
  counts_.clear();
}

}  // namespace stockclient
