#include "tests/freshness/results.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace freshness {

using stockclient::QuoteUpdates;

namespace {

constexpr double kSessionSeconds = 6.5 * 60 * 60;
constexpr std::uint32_t kSeed = 1;

WallTime midnight(unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(2026) / std::chrono::month(month) /
                               std::chrono::day(day));
}

/// End-of-day cells see six weeks, with a change of the clocks, Thanksgiving and a short day;
/// intraday cells a week. The first week, or day, is for learning.
Period period_of(const Cell& cell) {
  if (cell.updates == QuoteUpdates::end_of_day) {
    return {midnight(10, 12), midnight(10, 19), midnight(12, 1)};
  }
  return {midnight(10, 9), midnight(10, 10), midnight(10, 17)};
}

std::string number(double value, int decimals) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(decimals) << value;
  return out.str();
}

std::string demand_name(const DemandSettings& demand) {
  std::string name = demand.clients == 1 ? "1 client, " : "7 clients, ";
  name += demand.rhythm == Rhythm::steady ? "steady" : "bursty";
  return demand.crawler ? name + ", crawler" : name;
}

bool has_call_for_every_symbol(const Cell& cell) {
  const auto plan = stockclient::parse_quota_plan(cell.plan).value();
  return !plan.per_day || cell.demand.symbols <= *plan.per_day;
}

/// The larger ratio, in which more is worse.
double distance(const CellResult& result) {
  return result.is_end_of_day() ? 1 / result.closes : std::max(result.mean, result.worst);
}

/// Whether two cells differ only in their demand.
bool same_row(const CellResult& a, const CellResult& b) {
  return a.cell.plan == b.cell.plan && a.cell.updates == b.cell.updates &&
         a.cell.demand.symbols == b.cell.demand.symbols;
}

}  // namespace

CellResult run_cell(const Cell& cell, const stockclient::ExchangeCalendars& calendars) {
  const Period period = period_of(cell);
  CellResult result{.cell = cell, .measured = simulate(cell, calendars, period, kSeed)};
  if (result.is_end_of_day()) {
    result.closes = result.measured.closes_known / possible_closes(cell, calendars, period, kSeed);
  } else {
    const AgeBounds bounds = age_bounds(cell, kSessionSeconds);
    result.mean = result.measured.mean_age / bounds.mean;
    result.worst = result.measured.worst_age / bounds.worst;
  }
  return result;
}

bool meets_target(const CellResult& result) {
  const double allowance = result.cell.demand.crawler ? 0.9 : 1;
  if (result.is_end_of_day()) {
    return result.closes >= (has_call_for_every_symbol(result.cell) ? 1 : 0.95) * allowance;
  }
  return result.mean * allowance <= 1.15 && result.worst * allowance <= 1.5;
}

void print_table(const std::vector<CellResult>& results, std::ostream& out) {
  out << "| plan | quotes change | symbols | demand | calls | mean age | to oracle | worst age | "
         "to "
         "oracle | closes known | to oracle | "
         "|\n|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const CellResult& result : results) {
    out << "| " << result.cell.plan << " | "
        << (result.is_end_of_day() ? "once a day" : "during trading") << " | "
        << result.cell.demand.symbols << " | " << demand_name(result.cell.demand) << " | "
        << result.measured.calls << " | ";
    if (result.is_end_of_day()) {
      out << "| | | | " << number(result.measured.closes_known, 0) << " | "
          << number(result.closes, 3);
    } else {
      out << number(result.measured.mean_age, 1) << " s | " << number(result.mean, 3) << " | "
          << number(result.measured.worst_age, 1) << " s | " << number(result.worst, 3) << " | | ";
    }
    out << " | " << (meets_target(result) ? "met" : "MISSED") << " |\n";
  }
}

std::string to_svg(const std::vector<CellResult>& results) {
  constexpr int kLeft = 260;
  constexpr int kRow = 18;
  constexpr double kOne = 300;
  std::ostringstream rows;
  int y = 24;
  for (auto first = results.begin(); first != results.end(); y += kRow) {
    const auto last = std::find_if(first, results.end(),
                                   [&](const CellResult& each) { return !same_row(*first, each); });
    const auto worst = std::max_element(
        first, last, [](const auto& a, const auto& b) { return distance(a) < distance(b); });
    const bool met = std::all_of(first, last, meets_target);
    rows << "<text x=\"0\" y=\"" << y + 12 << "\">" << first->cell.plan << ", "
         << first->cell.demand.symbols << (first->cell.demand.symbols == 1 ? " symbol" : " symbols")
         << (first->is_end_of_day() ? ", closes" : ", ages") << "</text><rect x=\"" << kLeft
         << "\" y=\"" << y + 2 << "\" height=\"12\" width=\""
         << number(kOne * std::min(distance(*worst), 1.7), 1) << "\""
         << (met ? "" : " class=\"missed\"") << "/><text x=\"790\" y=\"" << y + 12 << "\">"
         << number(distance(*worst), 2) << (met ? "" : " missed") << "</text>\n";
    first = last;
  }
  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 " << y + 8
      << "\" role=\"img\" aria-label=\"Ages and missed closes as multiples of the offline "
         "optimum\">\n<style>\ntext { fill: #1b1f24; font: 13px system-ui, sans-serif; }\n"
         "rect { fill: #3f9e70; }\nrect.missed { fill: #b3402a; }\nline { stroke: #1b1f24; }\n"
         "@media (prefers-color-scheme: dark) {\n  text { fill: #e6e9ec; }\n"
         "  line { stroke: #e6e9ec; }\n}\n</style>\n"
      << rows.str() << "<line x1=\"" << kLeft + kOne << "\" x2=\"" << kLeft + kOne
      << "\" y1=\"20\" y2=\"" << y << "\"/><text x=\"" << kLeft + kOne - 36
      << "\" y=\"14\">the best possible: 1</text>\n</svg>\n";
  return out.str();
}

}  // namespace freshness
