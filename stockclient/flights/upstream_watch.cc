#include "stockclient/flights/upstream_watch.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::Rejected;
using circuitbreaker::StateChange;

UpstreamWatch::UpstreamWatch(UpstreamBreakers& breakers, const circuitbreaker::Clock& clock,
                             const Changed& changed)
    : breakers_(breakers), host_(breakers.host(), clock, [changed](const StateChange& change) {
        changed(std::nullopt, change);
      }) {
  for (const Function function : kFunctions) {
    functions_[index_of(function)] = std::make_unique<BreakerWatch>(
        breakers.of(function), clock,
        [changed, function](const StateChange& change) { changed(function, change); });
  }
}

BreakerWatch& UpstreamWatch::of(Function function) const noexcept {
  return *functions_[index_of(function)];
}

bool UpstreamWatch::all_closed() const noexcept {
  return host_.closed() && std::all_of(functions_.begin(), functions_.end(),
                                       [](const auto& each) { return each->closed(); });
}

bool UpstreamWatch::closed(Function function) const noexcept {
  return host_.closed() && of(function).closed();
}

bool UpstreamWatch::wants_probe(Function function) const noexcept {
  const BreakerWatch& own = of(function);
  if (host_.closed()) return own.wants_probe();
  return host_.wants_probe() &&
         (own.closed() || own.wants_probe() || breakers_.opened_in_outage(function));
}

std::optional<Rejected> UpstreamWatch::rejection(Function function) {
  if (auto rejected = host_.rejection()) return rejected;
  // A half-open host lets probes through.
  if (!host_.closed() && breakers_.opened_in_outage(function)) return std::nullopt;
  return of(function).rejection();
}

void UpstreamWatch::note_forced_open(Function function) {
  using circuitbreaker::Mode;
  if (breakers_.host().snapshot().mode == Mode::forced_open) host_.note_forced_open();
  if (breakers_.of(function).snapshot().mode == Mode::forced_open) of(function).note_forced_open();
}

}  // namespace stockclient
