#pragma once
/// A map that is bounded in bytes and evicts the least recently used entries.

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stockclient/domain/query.h"

namespace stockclient {

/// Contents of an `LruMap`.
struct LruTotals {
  /// Memory of all entries, as given by their owners.
  std::size_t bytes = 0;
  /// Number of entries.
  std::size_t entries = 0;
};

/// Maps queries to values. The map is divided into shards, each with a mutex that is held for one
/// look-up and one copy of an entry, so `Entry` should be cheap to copy.
///
/// Thread-safety: every member function may be called from any thread.
template <class Entry>
class LruMap {
 public:
  /// Divides `max_bytes` evenly between up to 16 shards of at least 64 KiB each.
  explicit LruMap(std::size_t max_bytes)
      : shards_(shards_for(max_bytes)), shard_bytes_(max_bytes / shards_.size()) {}

  /// A copy of the entry, which becomes the most recently used one; empty if there is none.
  [[nodiscard]] std::optional<Entry> get(const Query& query) {
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(query);
    if (found == shard.index.end()) return std::nullopt;
    shard.order.splice(shard.order.begin(), shard.order, found->second);
    return found->second->entry;
  }

  /// Inserts or replaces an entry of `bytes` (including bookkeeping), then evicts the least
  /// recently used ones until the shard is within its limit. An entry above that limit is not
  /// stored.
  void put(const Query& query, Entry entry, std::size_t bytes) {
    std::list<Node> dropped;
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    take(shard, query, dropped);
    if (bytes > shard_bytes_) return;
    shard.order.push_front(Node{query, std::move(entry), bytes});
    shard.index.emplace(query, shard.order.begin());
    shard.bytes += bytes;
    while (shard.bytes > shard_bytes_) take(shard, shard.order.back().query, dropped);
  }

  /// Calls `change(Entry&)` under the shard's lock if there is an entry.
  template <class Change>
  void update(const Query& query, Change change) {
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(query);
    if (found != shard.index.end()) change(found->second->entry);
  }

  /// Removes an entry, if there is one.
  void erase(const Query& query) {
    std::list<Node> dropped;
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    take(shard, query, dropped);
  }

  /// The totals of all shards.
  [[nodiscard]] LruTotals totals() const {
    LruTotals totals;
    for (const Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      totals.bytes += shard.bytes;
      totals.entries += shard.index.size();
    }
    return totals;
  }

 private:
  struct Node {
    Query query;
    Entry entry;
    std::size_t bytes;
  };
  using Order = std::list<Node>;
  struct Shard {
    mutable std::mutex mutex;
    /// Most recently used entry first.
    Order order;
    std::unordered_map<Query, typename Order::iterator, QueryHash> index;
    std::size_t bytes = 0;
  };

  static std::size_t shards_for(std::size_t max_bytes) {
    std::size_t shards = 1;
    while (shards < 16 && max_bytes / (shards * 2) >= (64u << 10)) shards *= 2;
    return shards;
  }

  /// Moves a node into `dropped`, which the caller destroys after releasing the lock.
  static void take(Shard& shard, const Query& query, Order& dropped) {
    const auto found = shard.index.find(query);
    if (found == shard.index.end()) return;
    shard.bytes -= found->second->bytes;
    dropped.splice(dropped.begin(), shard.order, found->second);
    shard.index.erase(found);
  }

  Shard& shard_of(const Query& query) {
    // The index uses the low bits of the hash, so the shard is selected by the high ones.
    const std::size_t hash = QueryHash{}(query)*0x9E3779B97F4A7C15u;
    return shards_[(hash >> 48) % shards_.size()];
  }

  std::vector<Shard> shards_;
  std::size_t shard_bytes_;
};

}  // namespace stockclient
