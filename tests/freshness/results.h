#pragma once
/// The benchmark's results: ratios to the oracle, their targets, and how they are shown.

#include <iosfwd>
#include <string>
#include <vector>

#include "tests/freshness/oracle.h"
#include "tests/freshness/simulation.h"

namespace freshness {

/// One cell's ratios. For end-of-day cells `closes` is set, for intraday cells the other two.
struct CellResult {
  /// The cell.
  Cell cell;
  /// The cell's measurements.
  Measured measured;
  /// The mean age, divided by the oracle's.
  double mean = 0;
  /// The worst age, divided by the oracle's.
  double worst = 0;
  /// Closes known by the next open, divided by the oracle's.
  double closes = 0;

  /// Whether it is an end-of-day cell.
  [[nodiscard]] bool is_end_of_day() const {
    return cell.updates == stockclient::QuoteUpdates::end_of_day;
  }
};

/// Runs one cell and its oracle.
[[nodiscard]] CellResult run_cell(const Cell& cell,
                                  const stockclient::ExchangeCalendars& calendars);

/// Whether the cell meets the target of its kind: mean age at most 1.15 and worst age at most 1.5
/// times the oracle's; every close when there are as many calls as symbols, and 0.95 of the
/// possible ones otherwise. With a crawler beside the clients 0.9 of that is enough.
[[nodiscard]] bool meets_target(const CellResult& result);

/// The results as a table in Markdown.
void print_table(const std::vector<CellResult>& results, std::ostream& out);
/// The results as an SVG chart: for each plan and portfolio, the ratio that is farthest from the
/// oracle over all demands. Cells that differ only in demand must follow each other.
[[nodiscard]] std::string to_svg(const std::vector<CellResult>& results);

}  // namespace freshness
