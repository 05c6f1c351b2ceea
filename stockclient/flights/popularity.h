#pragma once
/// The most requested queries.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "stockclient/domain/query.h"

namespace stockclient {

/// Finds the most requested queries in constant memory. It is the Space-Saving sketch (Metwally,
/// Agrawal, El Abbadi, 2005): every query that makes up more than 1/capacity of the counted
/// requests is kept.
///
/// Thread-safety: every member function may be called from any thread.
class Popularity {
 public:
  /// Keeps at most `capacity` queries.
  explicit Popularity(std::size_t capacity) : capacity_(capacity) {}

  /// Counts one request. Does nothing while another thread is counting: a sample is good enough.
  void note(const Query& query);
  /// The queries kept, most requested first.
  [[nodiscard]] std::vector<Query> most_requested() const;
  /// Removes all queries.
  void clear();

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<Query, std::uint64_t, QueryHash> counts_;
};

}  // namespace stockclient
