#include "service/operations/breaker_log.h"

#include "service/log/log.h"

namespace service {

void log_state_changes(const Dependencies& dependencies, Log& log) {
  for (const Dependency& dependency : dependencies) {
    dependency.breaker.add_listener([&log](const circuitbreaker::StateChange& change) {
      const bool opened = change.to == circuitbreaker::State::open;
      const auto failures = static_cast<std::int64_t>(change.snapshot.consecutive_failures);
      const Log::Fields fields{{"name", change.snapshot.name},
                               {"from", circuitbreaker::to_string(change.from)},
                               {"to", circuitbreaker::to_string(change.to)},
                               {"reason", change.reason},
                               {"consecutive_failures", failures}};
      opened ? log.warning("circuit breaker changed state", fields)
             : log.info("circuit breaker changed state", fields);
    });
  }
}

void log_summary(const Dependencies& dependencies, std::string_view instance, Log& log) {
  for (const Dependency& dependency : dependencies) {
    const circuitbreaker::Snapshot snapshot = dependency.breaker.snapshot();
    const auto number = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
    log.info("circuit breaker summary",
             {{"name", snapshot.name},
              {"state", circuitbreaker::to_string(snapshot.state)},
              {"mode", circuitbreaker::to_string(snapshot.mode)},
              {"success", number(snapshot.calls.success)},
              {"failure", number(snapshot.calls.failure)},
              {"timeout", number(snapshot.calls.timeout)},
              {"ignored", number(snapshot.calls.ignored)},
              {"rejected", number(snapshot.calls.rejected)},
              {"fallbacks", number(dependency.fallbacks ? dependency.fallbacks() : 0)},
              {"in_flight", number(snapshot.in_flight)},
              {"instance", instance}});
  }
}

}  // namespace service
