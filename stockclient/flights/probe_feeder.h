#pragma once
/// Gives half-open breakers the calls they need to close.

#include <atomic>
#include <cstddef>
#include <functional>

#include "circuitbreaker/snapshot.h"

#include "stockclient/domain/query.h"
#include "stockclient/flights/popularity.h"

namespace stockclient {

/// A half-open breaker closes after some successful probes, but a cache in front of it answers
/// known values without any call. So while a breaker is not closed, this class counts which known
/// values behind it are requested most, and starts refreshes of them as probes: as many as the
/// breaker lets through, and only while the quota has room for them.
///
/// Thread-safety: every member function may be called from any thread.
class ProbeFeeder {
 public:
  /// Functions provided by the owner. They are called from any thread, without a lock held.
  struct Hooks {
    /// Whether the breakers would let a call of this function through as a probe now.
    std::function<bool(Function)> wants_probe;
    /// Whether the quota has room for a probe.
    std::function<bool()> has_quota;
    /// Number of probes in progress.
    std::function<std::size_t()> probes_under_way;
    /// Starts a refresh as a probe, unless the value is not worth refreshing.
    std::function<void(const Query&)> start_probe;
  };

  /// `max_probes`: the number of probes that a half-open breaker lets through. All half-open
  /// breakers share this number.
  ProbeFeeder(std::size_t max_probes, Hooks hooks);

  /// Records a request for a known value while one of its breakers is not closed.
  void note_request(const Query& query);
  /// Starts as many probes as the breaker still needs.
  void feed();
  /// Call after a breaker has changed its state. `all_closed`: every breaker is closed now.
  void breaker_changed(const circuitbreaker::StateChange& change, bool all_closed);

 private:
  const Hooks hooks_;
  std::atomic<std::size_t> max_probes_;
  /// The queries requested while their breakers are not all closed.
  Popularity requested_;
};

}  // namespace stockclient
