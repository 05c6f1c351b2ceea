#pragma once
/// What a run of the benchmark has found.

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/support/svg.h"

namespace bench {

using test_support::fixed;

/// Rates of several rounds.
struct Series {
  std::string subject;
  std::vector<double> rates{};
  /// How busy its core was, 0..1: well below 1 means that the load was the limit.
  std::vector<double> busy{};
  /// The share of its time that the load found nothing to do; zeros of wrk, which does not tell.
  std::vector<double> spare{};
  double bytes_per_answer = 0;
  double errors = 0;
  /// Answers on the connection that had the fewest, of all rounds.
  double fewest = std::numeric_limits<double>::infinity();

  [[nodiscard]] double median() const;
  /// Processor time of one request, in microseconds: what is left to compare when the load is the
  /// limit, or somebody else's work takes part of the core.
  [[nodiscard]] double cost() const;
  /// Half of the range, relative to the median.
  [[nodiscard]] double spread() const;
};

/// Several subjects under the same load, in turn.
struct Comparison {
  std::string name;
  std::vector<Series> series{};

  /// Throws std::out_of_range for a subject that was not measured.
  [[nodiscard]] const Series& of(const std::string& subject) const;
  /// Medians of the service to another's.
  [[nodiscard]] double ratio_to(const std::string& subject) const;
};

/// One of the lines, and what was measured.
struct Target {
  std::string what;
  double measured = 0;
  double wanted = 0;
  /// Whether more is better.
  bool at_least = true;
  std::string unit = "x";

  [[nodiscard]] bool is_met() const { return at_least ? measured >= wanted : measured <= wanted; }
  /// "met" or "MISSED".
  [[nodiscard]] std::string verdict() const;
};

struct Results {
  std::vector<Comparison> comparisons;
  std::vector<Target> targets;
  /// Figures without a target.
  std::map<std::string, double> figures;
};

/// `share` in 0..1; 0 for no values.
[[nodiscard]] double percentile(std::vector<double> values, double share);

/// For people, on a terminal.
[[nodiscard]] std::string to_text(const Results& results);
[[nodiscard]] std::string to_json(const Results& results);
/// The comparisons as bars with the range of the rounds; for light and dark pages.
[[nodiscard]] std::string to_svg(const Results& results);
/// One self-contained page with the chart.
[[nodiscard]] std::string to_html(const Results& results);

}  // namespace bench
