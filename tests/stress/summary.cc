#include "tests/stress/summary.h"

#include <algorithm>
#include <cmath>

#include "tests/stress/format.h"

namespace stress {
namespace {

/// Latency limit for a known symbol or the status endpoint, whatever the upstream does.
constexpr double kSlowest = 0.25;

double seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

int times(double length, std::chrono::milliseconds period) {
  return static_cast<int>(std::ceil(length / seconds(period)));
}

/// The number of upstream calls that the service may make in a phase. While the upstream is
/// healthy: one refresh each time a known symbol's quote expires, and one call for each new symbol.
/// During the outage: the failures that open the breaker, one more call for each busy worker, and
/// then only probes.
int allowed_calls(const Plan& plan, const PhaseSummary& summary) {
  const double length = summary.phase.end - summary.phase.start;
  if (summary.phase.mode == "ok") {
    return plan.known_symbols * (times(length, plan.fresh_ttl) + 1) + summary.cold;
  }
  const auto pause = std::min(plan.open_timeout, plan.minute_hold);
  const int probes = plan.half_open_max_calls * (times(length, pause) + 1);
  return summary.phase.mode == "error" ? plan.failure_threshold + plan.bulkhead + probes : probes;
}

PhaseSummary summarize_phase(const Record& record, const Phase& phase) {
  PhaseSummary summary{.phase = phase};
  std::vector<double> known;
  for (const Sample& sample : record.samples) {
    if (sample.scheduled < phase.start || sample.scheduled >= phase.end) continue;
    ++summary.sent;
    switch (sample.outcome) {
      case Outcome::fresh:
        ++summary.fresh;
        break;
      case Outcome::stale:
        ++summary.stale;
        break;
      case Outcome::refused:
        ++summary.refused;
        break;
      case Outcome::failed:
        ++summary.failed;
        break;
    }
    if (sample.unexplained) ++summary.unexplained;
    if (!sample.known) {
      ++summary.cold;
      continue;
    }
    known.push_back(sample.latency);
    if (sample.outcome == Outcome::refused || sample.outcome == Outcome::failed) {
      ++summary.known_dark;
    }
  }
  summary.known = latency_of(known);
  summary.allowed_calls = allowed_calls(record.plan, summary);
  return summary;
}

/// The phases in which a promise is broken, each with its measured value.
template <class Figure>
Promise in_every_phase(std::string text, const std::vector<PhaseSummary>& phases, Figure figure) {
  Promise promise{.text = std::move(text)};
  for (const PhaseSummary& phase : phases) {
    if (const std::string broken = figure(phase); !broken.empty()) {
      promise.kept = false;
      promise.detail += (promise.detail.empty() ? "" : ", ") + phase.phase.name + ": " + broken;
    }
  }
  return promise;
}

std::string count_or_nothing(int count) {
  return count == 0 ? "" : std::to_string(count);
}

bool state_seen_in(const Record& record, const Phase& phase, const std::string& state) {
  return std::any_of(record.states.begin(), record.states.end(), [&](const StateChange& change) {
    return change.state == state && change.at >= phase.start && change.at < phase.end;
  });
}

/// Considers the known symbols in the second half of the last phase.
Promise fresh_again(const Record& record, const Phase& last) {
  int all = 0;
  int fresh = 0;
  for (const Sample& sample : record.samples) {
    if (!sample.known || sample.scheduled < (last.start + last.end) / 2) continue;
    ++all;
    if (sample.outcome == Outcome::fresh) ++fresh;
  }
  return {.text = "after the recovery most answers are fresh again",
          .kept = all > 0 && fresh * 2 > all,
          .detail = std::to_string(fresh) + " of the last " + std::to_string(all)};
}

}  // namespace

Latency latency_of(std::vector<double>& values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::max<std::size_t>(rank, 1) - 1];
  };
  return {.p50 = at(0.5), .p99 = at(0.99), .max = values.back()};
}

std::vector<PhaseSummary> summarize(const Record& record) {
  std::vector<PhaseSummary> summaries;
  for (const Phase& phase : record.phases) summaries.push_back(summarize_phase(record, phase));
  return summaries;
}

std::vector<Promise> check_promises(const Record& record, const std::vector<PhaseSummary>& phases) {
  std::vector<Promise> promises;
  promises.push_back(in_every_phase("a known symbol is always answered", phases,
                                    [](auto& p) { return count_or_nothing(p.known_dark); }));
  promises.push_back(in_every_phase("every request gets an answer", phases,
                                    [](auto& p) { return count_or_nothing(p.failed); }));
  promises.push_back(
      in_every_phase("every stale answer gives a reason, and every 503 has Retry-After", phases,
                     [](auto& p) { return count_or_nothing(p.unexplained); }));
  promises.push_back(in_every_phase(
      "99 of 100 known symbols are answered within 250 ms", phases,
      [](auto& p) { return p.known.p99 <= kSlowest ? "" : milliseconds(p.known.p99); }));
  promises.push_back(in_every_phase("no more upstream calls than allowed", phases, [](auto& p) {
    if (p.phase.upstream_calls <= p.allowed_calls) return std::string();
    return std::to_string(p.phase.upstream_calls) + " of " + std::to_string(p.allowed_calls);
  }));
  for (const PhaseSummary& phase : phases) {
    if (phase.phase.mode == "error") {
      promises.push_back({.text = "the breaker opens when the upstream fails",
                          .kept = state_seen_in(record, phase.phase, "open"),
                          .detail = "from closed to open: " + std::to_string(record.opened)});
    }
  }
  promises.push_back({.text = "the breaker closes once the upstream has recovered",
                      .kept = record.final_state == "closed" && record.closed > 0,
                      .detail = "at the end " + record.final_state});
  if (!record.phases.empty()) promises.push_back(fresh_again(record, record.phases.back()));
  promises.push_back({.text = "/circuit-breaker answers within 250 ms throughout",
                      .kept = record.failed_status == 0 && record.slowest_status <= kSlowest,
                      .detail = std::to_string(record.failed_status) + " failed, slowest " +
                                milliseconds(record.slowest_status)});
  promises.push_back({.text = "service and simulator exit cleanly", .kept = record.ended_cleanly});
  return promises;
}

}  // namespace stress
