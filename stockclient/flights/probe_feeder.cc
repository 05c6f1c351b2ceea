#include "stockclient/flights/probe_feeder.h"

#include <algorithm>
#include <utility>

namespace stockclient {
namespace {

/// Number of queries remembered: enough to find a few worthwhile probes.
constexpr std::size_t kQueriesKept = 64;

}  // namespace

ProbeFeeder::ProbeFeeder(std::size_t max_probes, Hooks hooks)
    : hooks_(std::move(hooks)), max_probes_(max_probes), requested_(kQueriesKept) {}

void ProbeFeeder::note_request(const Query& query) {
  requested_.note(query);
  feed();
}

void ProbeFeeder::feed() {
  if (std::none_of(kFunctions.begin(), kFunctions.end(), hooks_.wants_probe)) return;
  if (hooks_.probes_under_way() >= max_probes_ || !hooks_.has_quota()) return;
  for (const Query& query : requested_.most_requested()) {
    if (hooks_.probes_under_way() >= max_probes_) return;
    if (hooks_.wants_probe(query.function)) hooks_.start_probe(query);
  }
}

void ProbeFeeder::breaker_changed(const circuitbreaker::StateChange& change, bool all_closed) {
  max_probes_ = change.snapshot.settings.half_open_max_calls;
  if (all_closed) requested_.clear();
}

}  // namespace stockclient
