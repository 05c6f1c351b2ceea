#pragma once
/// Summarises a rehearsal phase by phase and judges the promises.

#include <string>
#include <vector>

#include "tests/stress/rehearsal.h"

namespace stress {

/// Latencies in seconds; zeros if nothing was measured.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};
/// Summarises latencies in seconds; sorts `values`.
[[nodiscard]] Latency latency_of(std::vector<double>& values);

struct PhaseSummary {
  Phase phase;
  int sent = 0;
  int fresh = 0;
  int stale = 0;
  int refused = 0;
  int failed = 0;
  /// Number of requests for new symbols.
  int cold = 0;
  /// Number of requests for known symbols that got no quote.
  int known_dark = 0;
  int unexplained = 0;
  Latency known{};
  /// Maximum number of upstream calls that the service may make in this phase.
  int allowed_calls = 0;
};
[[nodiscard]] std::vector<PhaseSummary> summarize(const Record& record);

struct Promise {
  std::string text;
  bool kept = true;
  /// The measured value, for the report.
  std::string detail{};
};
[[nodiscard]] std::vector<Promise> check_promises(const Record& record,
                                                  const std::vector<PhaseSummary>& phases);

}  // namespace stress
