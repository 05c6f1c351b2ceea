#include "tests/bench/results.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace bench {
namespace {

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

std::string verdict(const Target& target) {
  return target.is_met() ? "met" : "MISSED";
}

std::string wanted(const Target& target) {
  return (target.at_least ? ">= " : "<= ") + fixed(target.wanted, 2) + " " + target.unit;
}

constexpr const char* kStyle = R"(
:root { --ink: #1b1f24; --paper: #fff; --bar: #9db2c7; --own: #1f6f4a; --line: #d5dbe1; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #15181b; --bar: #4a5f75; --own: #46b07f; --line: #343a41; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); } td.n, th.n { text-align: right; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; })";

/// Bars of one comparison, with the spread as a line on each.
void draw(const Comparison& comparison, std::ostream& out) {
  double most = 1;
  for (const auto& series : comparison.series) {
    for (const double rate : series.rates) most = std::max(most, rate);
  }
  const auto height = 34 * comparison.series.size() + 4;
  out << "<h2>" << comparison.name << "</h2>\n<svg viewBox=\"0 0 860 " << height
      << "\" role=\"img\" aria-label=\"Requests per second: " << comparison.name << "\">\n";
  std::size_t y = 4;
  for (const auto& series : comparison.series) {
    auto x = [most](double rate) { return fixed(190 + 520 * rate / most, 1); };
    const auto [low, high] = std::minmax_element(series.rates.begin(), series.rates.end());
    out << "<text x=\"0\" y=\"" << y + 18 << "\">" << series.subject << "</text>"
        << "<rect x=\"190\" y=\"" << y << "\" height=\"26\" rx=\"3\" width=\""
        << fixed(520 * series.median() / most, 1) << "\" fill=\"var(--"
        << (series.subject == "service" ? "own" : "bar") << ")\"/>"
        << "<line stroke=\"var(--ink)\" stroke-width=\"2\" y1=\"" << y + 13 << "\" y2=\"" << y + 13
        << "\" x1=\"" << x(*low) << "\" x2=\"" << x(*high) << "\"/>"
        << "<text x=\"720\" y=\"" << y + 18 << "\">" << fixed(series.median(), 0) << "/s</text>\n";
    y += 34;
  }
  out << "</svg>\n";
}

}  // namespace

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::ceil(share * last));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double Series::median() const {
  return percentile(rates, 0.5);
}

double Series::spread() const {
  const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
  return rates.empty() || median() == 0 ? 0 : (*high - *low) / 2 / median();
}

double Series::cost() const {
  return median() > 0 ? 1e6 * percentile(busy, 0.5) / median() : 0;
}

const Series& Comparison::of(const std::string& subject) const {
  for (const auto& one : series) {
    if (one.subject == subject) return one;
  }
  throw std::out_of_range("not measured: " + subject);
}

double Comparison::ratio_to(const std::string& subject) const {
  return of("service").median() / of(subject).median();
}

double Comparison::cost_ratio_to(const std::string& subject) const {
  const auto own = of("service").cost();
  return own > 0 ? of(subject).cost() / own : 0;
}

std::string to_text(const Results& results) {
  std::ostringstream out;
  for (const auto& comparison : results.comparisons) {
    out << "\n"
        << comparison.name << "\n"
        << std::left << std::setw(24) << "  server" << std::right << std::setw(12) << "requests/s"
        << std::setw(9) << "spread" << std::setw(7) << "busy" << std::setw(9) << "us each"
        << std::setw(10) << "service" << std::setw(14) << "bytes/answer" << std::setw(8) << "errors"
        << "\n";
    for (const auto& series : comparison.series) {
      out << "  " << std::left << std::setw(22) << series.subject << std::right << std::setw(12)
          << fixed(series.median(), 0) << std::setw(8) << fixed(100 * series.spread(), 1) << "%"
          << std::setw(6) << fixed(100 * percentile(series.busy, 0.5), 0) << "%" << std::setw(9)
          << fixed(series.cost(), 1) << std::setw(9)
          << fixed(comparison.ratio_to(series.subject), 2) << "x" << std::setw(14)
          << fixed(series.bytes_per_answer, 0) << std::setw(8) << fixed(series.errors, 0) << "\n";
    }
  }
  out << "\n";
  for (const auto& [name, value] : results.figures) {
    out << "  " << std::left << std::setw(66) << name << std::right << std::setw(12)
        << fixed(value, 3) << "\n";
  }
  out << "\n"
      << std::left << std::setw(68) << "  target" << std::right << std::setw(12) << "measured"
      << "   wanted\n";
  for (const auto& target : results.targets) {
    out << "  " << std::left << std::setw(66) << target.what << std::right << std::setw(12)
        << fixed(target.measured, 2) << "   " << std::left << std::setw(16) << wanted(target)
        << verdict(target) << "\n";
  }
  return out.str();
}

std::string to_json(const Results& results) {
  nlohmann::json json{{"comparisons", nlohmann::json::object()},
                      {"targets", nlohmann::json::array()},
                      {"figures", results.figures}};
  for (const auto& comparison : results.comparisons) {
    for (const auto& series : comparison.series) {
      json["comparisons"][comparison.name][series.subject] = {
          {"median", series.median()},
          {"spread", series.spread()},
          {"rates", series.rates},
          {"busy", series.busy},
          {"microsecondsEach", series.cost()},
          {"bytesPerAnswer", series.bytes_per_answer},
          {"errors", series.errors}};
    }
  }
  for (const auto& target : results.targets) {
    json["targets"].push_back({{"what", target.what},
                               {"measured", target.measured},
                               {"wanted", target.wanted},
                               {"atLeast", target.at_least},
                               {"met", target.is_met()}});
  }
  return json.dump(2) + "\n";
}

std::string to_html(const Results& results) {
  std::ostringstream out;
  out << "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      << "<title>HTTP benchmark</title><style>" << kStyle << "</style>\n<h1>HTTP benchmark</h1>\n"
      << "<p>Requests per second of servers that send the same quote, each alone on one core; bars "
         "are medians, lines the range of the rounds.</p>\n";
  for (const auto& comparison : results.comparisons) draw(comparison, out);
  out << "<h2>Targets</h2><table><tr><th>target<th class=\"n\">measured<th "
         "class=\"n\">wanted<th>\n";
  for (const auto& target : results.targets) {
    out << "<tr><td>" << target.what << "<td class=\"n\">" << fixed(target.measured, 2)
        << "<td class=\"n\">" << (target.at_least ? "&ge; " : "&le; ") << fixed(target.wanted, 2)
        << " " << target.unit << "<td>" << verdict(target) << "\n";
  }
  out << "</table><h2>Figures</h2><table>\n";
  for (const auto& [name, value] : results.figures) {
    out << "<tr><td>" << name << "<td class=\"n\">" << fixed(value, 3) << "\n";
  }
  out << "</table></html>\n";
  return out.str();
}

}  // namespace bench
