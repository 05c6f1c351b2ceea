#pragma once
/// What is asked for most, in fixed memory.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "stockclient/domain/query.h"

namespace stockclient {

/// The Space-Saving sketch (Metwally, Agrawal, El Abbadi, 2005): whatever makes up more than
/// 1/capacity of all notes is among those kept.
///
/// Thread-safety: every member function may be called from any thread.
class Popularity {
 public:
  explicit Popularity(std::size_t capacity) : capacity_(capacity) {}

  /// Counts one request. Skipped when another thread is at it: a sample is as good.
  void note(const Query& query);
  /// The most asked for first.
  [[nodiscard]] std::vector<Query> most_asked() const;
  void clear();

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<Query, std::uint64_t, QueryHash> counts_;
};

}  // namespace stockclient
