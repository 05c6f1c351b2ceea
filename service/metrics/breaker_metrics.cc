#include "service/metrics/breaker_metrics.h"

#include "service/json/time_text.h"
#include "service/metrics/metric_families.h"

namespace service {
namespace {

using circuitbreaker::Snapshot;
using circuitbreaker::State;
using prometheus::MetricFamily;

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

struct BreakerFamilies {
  MetricFamily state = gauge_family("circuit_breaker_state",
                                    "State of a circuit breaker: 0 closed, 1 open, 2 half-open.");
  MetricFamily changes =
      counter_family("circuit_breaker_state_changes_total", "State changes of a circuit breaker.");
  MetricFamily calls = counter_family("circuit_breaker_calls_total",
                                      "Calls by outcome. Rejected calls were not made; ignored "
                                      "ones have no influence on the state.");
  MetricFamily time_in_state =
      counter_family("circuit_breaker_state_seconds_total",
                     "Time that a circuit breaker has spent in each state.");
  MetricFamily outage = gauge_family("circuit_breaker_outage_start_timestamp_seconds",
                                     "Unix time of the last change from closed to open; 0 while "
                                     "closed. Unchanged while half-open.");
  MetricFamily in_flight = gauge_family("circuit_breaker_in_flight", "Admitted calls in progress.");

  void add(const Snapshot& snapshot, const PairedTime& now);
  void add_changes(const Snapshot& snapshot);
  void add_calls(const Snapshot& snapshot);
};

void BreakerFamilies::add_changes(const Snapshot& snapshot) {
  const auto change = [&](State from, State to, std::uint64_t count) {
    add_sample(changes, {{"name", snapshot.name}, {"from", to_string(from)}, {"to", to_string(to)}},
               static_cast<double>(count));
  };
  const auto& counts = snapshot.transitions;
  change(State::closed, State::open, counts.closed_to_open);
  change(State::open, State::half_open, counts.open_to_half_open);
  change(State::half_open, State::closed, counts.half_open_to_closed);
  change(State::half_open, State::open, counts.half_open_to_open);
  change(State::open, State::closed, counts.open_to_closed);
}

void BreakerFamilies::add_calls(const Snapshot& snapshot) {
  const auto outcome = [&](std::string_view name, std::uint64_t count) {
    add_sample(calls, {{"name", snapshot.name}, {"outcome", name}}, static_cast<double>(count));
  };
  outcome("success", snapshot.calls.success);
  outcome("failure", snapshot.calls.failure);
  outcome("timeout", snapshot.calls.timeout);
  outcome("ignored", snapshot.calls.ignored);
  outcome("rejected", snapshot.calls.rejected);
}

void BreakerFamilies::add(const Snapshot& snapshot, const PairedTime& now) {
  const std::string& name = snapshot.name;
  add_sample(state, {{"name", name}}, static_cast<double>(snapshot.state));
  add_changes(snapshot);
  add_calls(snapshot);
  const auto spent = [&](State in, circuitbreaker::Duration duration) {
    add_sample(time_in_state, {{"name", name}, {"state", to_string(in)}}, seconds(duration));
  };
  spent(State::closed, snapshot.in_closed);
  spent(State::open, snapshot.in_open);
  spent(State::half_open, snapshot.in_half_open);
  const double began =
      snapshot.outage_start ? seconds(now.to_wall(*snapshot.outage_start).time_since_epoch()) : 0;
  add_sample(outage, {{"name", name}}, began);
  add_sample(in_flight, {{"name", name}}, snapshot.in_flight);
}

}  // namespace

circuitbreaker::State worse_state(circuitbreaker::State a, circuitbreaker::State b) noexcept {
  // The enumerators are not ordered by severity.
  const auto badness = [](State state) {
    return state == State::open ? 2 : state == State::half_open ? 1 : 0;
  };
  return badness(a) >= badness(b) ? a : b;
}

BreakerMetrics::BreakerMetrics(std::vector<ExportedBreaker> breakers, stockclient::Clocks clocks)
    : breakers_(std::move(breakers)), clocks_(clocks) {}

std::vector<MetricFamily> BreakerMetrics::Collect() const {
  State upstream = State::closed;
  BreakerFamilies families;
  for (const ExportedBreaker& exported : breakers_) {
    const Snapshot snapshot = exported.breaker->snapshot();
    const PairedTime now = PairedTime::read(clocks_.monotonic, clocks_.wall);
    if (exported.is_upstream) upstream = worse_state(upstream, snapshot.state);
    families.add(snapshot, now);
  }
  auto upstream_state =
      gauge_family("stock_api_circuit_breaker_state",
                   "Worst state of Alpha Vantage's circuit breakers: 0 closed, 1 open, 2 "
                   "half-open.");
  add_sample(upstream_state, {}, static_cast<double>(upstream));
  return {std::move(upstream_state),         std::move(families.state),
          std::move(families.changes),       std::move(families.calls),
          std::move(families.time_in_state), std::move(families.outage),
          std::move(families.in_flight)};
}

}  // namespace service
