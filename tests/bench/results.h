#pragma once
/// The results of a benchmark run.

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/support/svg.h"

namespace bench {

using test_support::fixed;

/// Measurements of one server over several rounds.
struct Series {
  std::string subject;
  std::vector<double> rates{};
  /// Load of the server's core in each round, 0 to 1. If it is well below 1, the load generator was
  /// the limit.
  std::vector<double> busy{};
  /// Share of the time in which the load generator was idle; zeros for wrk.
  std::vector<double> spare{};
  double bytes_per_answer = 0;
  double errors = 0;
  /// Number of responses on the connection that had the fewest in any round.
  double fewest = std::numeric_limits<double>::infinity();

  [[nodiscard]] double median() const;
  /// Processor time per request, in microseconds. Stays comparable when the load generator is the
  /// limit or other programs use the core.
  [[nodiscard]] double cost() const;
  /// Half of the range of the rates, relative to their median.
  [[nodiscard]] double spread() const;
};

/// Several servers under the same load, measured in turn.
struct Comparison {
  std::string name;
  std::vector<Series> series{};

  /// Throws std::out_of_range for a subject that was not measured.
  [[nodiscard]] const Series& of(const std::string& subject) const;
  /// The service's median rate divided by that of `subject`.
  [[nodiscard]] double ratio_to(const std::string& subject) const;
};

/// A performance target and the measured value.
struct Target {
  std::string what;
  double measured = 0;
  double wanted = 0;
  /// Whether larger is better.
  bool at_least = true;
  std::string unit = "x";

  [[nodiscard]] bool is_met() const { return at_least ? measured >= wanted : measured <= wanted; }
  /// "met" or "MISSED", for the reports.
  [[nodiscard]] std::string verdict() const;
};

struct Results {
  std::vector<Comparison> comparisons;
  std::vector<Target> targets;
  /// Other figures, by name.
  std::map<std::string, double> figures;
};

/// The quantile below which the given share (0 to 1) of the values lies; 0 if there are no values.
[[nodiscard]] double percentile(std::vector<double> values, double share);

/// The results as tables for a terminal.
[[nodiscard]] std::string to_text(const Results& results);
[[nodiscard]] std::string to_json(const Results& results);
/// The comparisons as a bar chart that shows the range of the rounds, for light and dark pages.
[[nodiscard]] std::string to_svg(const Results& results);
/// A self-contained page with the chart.
[[nodiscard]] std::string to_html(const Results& results);

}  // namespace bench
