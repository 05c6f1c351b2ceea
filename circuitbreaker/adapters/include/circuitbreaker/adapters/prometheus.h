#pragma once
/// Prometheus metrics of circuit breakers, for prometheus-cpp.
///
///     auto collector = std::make_shared<RegistryCollector>(registry);
///     exposer.RegisterCollectable(collector);

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/registry.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

/// Collects snapshots of breakers into metric families. Use one object per scrape, on one thread.
///
/// Labels: `name` is the breaker's name. The number of time series grows with the number of
/// breakers, which a registry bounds.
class BreakerFamilies {
 public:
  /// `to_unix_seconds` converts times of the breakers' clock.
  explicit BreakerFamilies(std::function<double(TimePoint)> to_unix_seconds)
      : to_unix_seconds_(std::move(to_unix_seconds)) {}

  /// Adds a sample of every family for one breaker.
  void add(const Snapshot& snapshot) {
    const std::string& name = snapshot.name;
    sample(state_, {{"name", name}}, static_cast<double>(snapshot.state));
    add_changes(name, snapshot.transitions);
    add_calls(name, snapshot.calls);
    add_time(name, State::closed, snapshot.in_closed);
    add_time(name, State::open, snapshot.in_open);
    add_time(name, State::half_open, snapshot.in_half_open);
    sample(outage_, {{"name", name}},
           snapshot.outage_start ? to_unix_seconds_(*snapshot.outage_start) : 0);
    sample(in_flight_, {{"name", name}}, snapshot.in_flight);
  }

  /// The families, in a fixed order.
  [[nodiscard]] std::vector<prometheus::MetricFamily> take() && {
    return {std::move(state_),         std::move(changes_), std::move(calls_),
            std::move(time_in_state_), std::move(outage_),  std::move(in_flight_)};
  }

 private:
  using Family = prometheus::MetricFamily;
  using Type = prometheus::MetricType;

  static Family family(const char* name, const char* help, Type type) {
    Family made;
    made.name = name;
    made.help = help;
    made.type = type;
    return made;
  }

  static void sample(Family& family,
                     std::initializer_list<std::pair<const char*, std::string_view>> labels,
                     double value) {
    prometheus::ClientMetric metric;
    for (const auto& [label, text] : labels) metric.label.push_back({label, std::string(text)});
    if (family.type == Type::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    family.metric.push_back(std::move(metric));
  }

  void add_changes(const std::string& name, const TransitionCounts& counts) {
    const auto change = [&](State from, State to, std::uint64_t count) {
      sample(changes_, {{"name", name}, {"from", to_string(from)}, {"to", to_string(to)}},
             static_cast<double>(count));
    };
    change(State::closed, State::open, counts.closed_to_open);
    change(State::open, State::half_open, counts.open_to_half_open);
    change(State::half_open, State::closed, counts.half_open_to_closed);
    change(State::half_open, State::open, counts.half_open_to_open);
    change(State::open, State::closed, counts.open_to_closed);
  }

  void add_calls(const std::string& name, const CallCounts& counts) {
    const auto outcome = [&](std::string_view outcome_name, std::uint64_t count) {
      sample(calls_, {{"name", name}, {"outcome", outcome_name}}, static_cast<double>(count));
    };
    outcome("success", counts.success);
    outcome("failure", counts.failure);
    outcome("timeout", counts.timeout);
    outcome("ignored", counts.ignored);
    outcome("rejected", counts.rejected);
  }

  void add_time(const std::string& name, State in, Duration spent) {
    sample(time_in_state_, {{"name", name}, {"state", to_string(in)}},
           std::chrono::duration<double>(spent).count());
  }

  std::function<double(TimePoint)> to_unix_seconds_;
  Family state_ = family("circuit_breaker_state",
                         "State of a circuit breaker: 0 closed, 1 open, 2 half-open.", Type::Gauge);
  Family changes_ = family("circuit_breaker_state_changes_total",
                           "State changes of a circuit breaker.", Type::Counter);
  Family calls_ = family("circuit_breaker_calls_total",
                         "Calls by outcome. Rejected calls were not made; ignored ones have no "
                         "influence on the state.",
                         Type::Counter);
  Family time_in_state_ =
      family("circuit_breaker_state_seconds_total",
             "Time that a circuit breaker has spent in each state.", Type::Counter);
  Family outage_ = family("circuit_breaker_outage_start_timestamp_seconds",
                          "Unix time of the last change from closed to open; 0 while closed. "
                          "Unchanged while half-open.",
                          Type::Gauge);
  Family in_flight_ =
      family("circuit_breaker_in_flight", "Admitted calls in progress.", Type::Gauge);
};

/// Exports the breakers of a registry at each scrape. `Collect` may be called from any thread. A
/// snapshot performs a transition that is due, so a scrape may run listeners.
class RegistryCollector final : public prometheus::Collectable {
 public:
  /// Both must outlive the collector; `clock` is that of the registry.
  explicit RegistryCollector(const Registry& registry, const Clock& clock = steady_clock())
      : registry_(registry), clock_(clock) {}

  /// Takes a snapshot of every breaker.
  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::chrono::duration<double> unix_now =
        std::chrono::system_clock::now().time_since_epoch();
    BreakerFamilies families([&, now = clock_.now()](TimePoint time) {
      return (unix_now - std::chrono::duration<double>(now - time)).count();
    });
    for (const Snapshot& snapshot : registry_.snapshots()) families.add(snapshot);
    return std::move(families).take();
  }

 private:
  const Registry& registry_;
  const Clock& clock_;
};

}  // namespace circuitbreaker
