#pragma once
/// A map bounded in bytes that forgets what was asked for least recently.

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stockclient/domain/query.h"

namespace stockclient {

struct LruTotals {
  std::size_t bytes = 0;
  std::size_t entries = 0;
};

/// Thread-safety: every member function may be called from any thread. Each shard has a mutex that
/// is held for a look-up and a copy of `Value`, so `Value` should be cheap to copy.
template <class Value>
class LruMap {
 public:
  /// Shards share `max_bytes` evenly; there are as many, up to 16, as leave each 64 KiB.
  explicit LruMap(std::size_t max_bytes)
      : shards_(shards_for(max_bytes)), shard_bytes_(max_bytes / shards_.size()) {}

  /// A copy of the value, which thereby becomes the most recently asked for.
  [[nodiscard]] std::optional<Value> get(const Query& query) {
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(query);
    if (found == shard.index.end()) return std::nullopt;
    shard.order.splice(shard.order.begin(), shard.order, found->second);
    return found->second->value;
  }

  /// Inserts or replaces, then drops the oldest until the shard fits; a value that alone does not
  /// fit is not kept. `bytes` is what the value weighs, the bookkeeping here included.
  void put(const Query& query, Value value, std::size_t bytes) {
    std::list<Node> dropped;
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    take(shard, query, dropped);
    if (bytes > shard_bytes_) return;
    shard.order.push_front(Node{query, std::move(value), bytes});
    shard.index.emplace(query, shard.order.begin());
    shard.bytes += bytes;
    while (shard.bytes > shard_bytes_) take(shard, shard.order.back().query, dropped);
  }

  /// Changes a value in place, if it is there: `change(Value&)`, called under the shard's lock.
  template <class Change>
  void update(const Query& query, Change change) {
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(query);
    if (found != shard.index.end()) change(found->second->value);
  }

  void erase(const Query& query) {
    std::list<Node> dropped;
    Shard& shard = shard_of(query);
    const std::lock_guard lock(shard.mutex);
    take(shard, query, dropped);
  }

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
    Value value;
    std::size_t bytes;
  };
  using Order = std::list<Node>;
  struct Shard {
    mutable std::mutex mutex;
    /// The most recently asked for first.
    Order order;
    std::unordered_map<Query, typename Order::iterator, QueryHash> index;
    std::size_t bytes = 0;
  };

  static std::size_t shards_for(std::size_t max_bytes) {
    std::size_t shards = 1;
    while (shards < 16 && max_bytes / (shards * 2) >= (64u << 10)) shards *= 2;
    return shards;
  }

  /// Moves the node into `dropped`, which its caller destroys after the lock.
  static void take(Shard& shard, const Query& query, Order& dropped) {
    const auto found = shard.index.find(query);
    if (found == shard.index.end()) return;
    shard.bytes -= found->second->bytes;
    dropped.splice(dropped.begin(), shard.order, found->second);
    shard.index.erase(found);
  }

  Shard& shard_of(const Query& query) {
    // The index uses the low bits, the shard the high ones, so that neither starves the other.
    const std::size_t hash = QueryHash{}(query)*0x9E3779B97F4A7C15u;
    return shards_[(hash >> 48) % shards_.size()];
  }

  std::vector<Shard> shards_;
  std::size_t shard_bytes_;
};

}  // namespace stockclient
