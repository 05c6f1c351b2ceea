#pragma once
/// What a rehearsal comes to, phase by phase, and which promises it kept.

#include <string>
#include <vector>

#include "tests/stress/rehearsal.h"

namespace stress {

/// In seconds; zero when nothing was measured.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};
/// Sorts `values`.
[[nodiscard]] Latency latency_of(std::vector<double>& values);

struct PhaseSummary {
  Phase phase;
  int sent = 0;
  int fresh = 0;
  int stale = 0;
  int refused = 0;
  int failed = 0;
  /// Requests for symbols that nobody had asked for before.
  int cold = 0;
  /// Known symbols without a quote.
  int known_dark = 0;
  int unexplained = 0;
  Latency known{};
  /// The most upstream calls that the service may make in such a phase.
  int allowed_calls = 0;
};
[[nodiscard]] std::vector<PhaseSummary> summarize(const Record& record);

struct Promise {
  std::string text;
  bool kept = true;
  /// What was seen.
  std::string detail{};
};
[[nodiscard]] std::vector<Promise> check_promises(const Record& record,
                                                  const std::vector<PhaseSummary>& phases);

}  // namespace stress
