/// Renders the results as a chart and as a page.

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/bench/results.h"

namespace bench {
namespace {

constexpr int kWidth = 860;
constexpr int kTitleHeight = 34;
constexpr int kRowHeight = 32;
constexpr int kBarHeight = 24;
constexpr int kBarStart = 170;
constexpr int kLongestBar = 540;

constexpr const char* kSvgStyle = R"(<style>
text { fill: #1b1f24; font: 13px system-ui, sans-serif; }
.title { font-weight: 600; }
.bar { fill: #9db2c7; }
.bar.own { fill: #3f9e70; }
.range { stroke: #1b1f24; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9ec; }
  .bar { fill: #4a5f75; }
  .range { stroke: #e6e9ec; }
}
</style>
)";

constexpr const char* kPageStyle = R"(
:root { --ink: #1b1f24; --paper: #fff; --line: #d5dbe1; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #15181b; --line: #343a41; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); } td.n, th.n { text-align: right; })";

int height_of(const Comparison& comparison) {
  return kTitleHeight + kRowHeight * static_cast<int>(comparison.series.size());
}

/// Each comparison has its own scale, because bars of different loads are not comparable.
void draw(const Comparison& comparison, int top, test_support::Svg& svg) {
  double most = 1;
  for (const auto& series : comparison.series) {
    for (const double rate : series.rates) most = std::max(most, rate);
  }
  const auto length = [most](double rate) { return kLongestBar * rate / most; };
  svg.text(0, top + 22, comparison.name, "title");
  int y = top + kTitleHeight;
  for (const auto& series : comparison.series) {
    const auto [low, high] = std::minmax_element(series.rates.begin(), series.rates.end());
    const int middle = y + kBarHeight / 2;
    svg.text(0, y + 17, series.subject, "subject");
    svg.box(kBarStart, y, length(series.median()), kBarHeight,
            series.subject == "service" ? "bar own" : "bar");
    svg.line(kBarStart + length(*low), middle, kBarStart + length(*high), middle, "range");
    svg.text(kBarStart + kLongestBar + 12, y + 17, fixed(series.median(), 0) + "/s", "rate");
    y += kRowHeight;
  }
}

}  // namespace

std::string to_svg(const Results& results) {
  int height = 8;
  for (const auto& comparison : results.comparisons) height += height_of(comparison);
  test_support::Svg svg(kWidth, height, "Requests per second of servers that send the same quote",
                        kSvgStyle);
  int top = 0;
  for (const auto& comparison : results.comparisons) {
    draw(comparison, top, svg);
    top += height_of(comparison);
  }
  return std::move(svg).finish();
}

std::string to_html(const Results& results) {
  std::ostringstream out;
  out << "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      << "<title>HTTP benchmark</title><style>" << kPageStyle
      << "</style>\n<h1>HTTP benchmark</h1>\n"
      << "<p>Requests per second of servers that send the same quote, each alone on one core; bars "
         "are medians, lines the range of the rounds.</p>\n"
      << to_svg(results) << "<h2>Targets</h2><table><tr><th>target<th class=\"n\">measured<th "
      << "class=\"n\">wanted<th>\n";
  for (const auto& target : results.targets) {
    out << "<tr><td>" << target.what << "<td class=\"n\">" << fixed(target.measured, 2)
        << "<td class=\"n\">" << (target.at_least ? "&ge; " : "&le; ") << fixed(target.wanted, 2)
        << " " << target.unit << "<td>" << target.verdict() << "\n";
  }
  out << "</table><h2>Figures</h2><table>\n";
  for (const auto& [name, value] : results.figures) {
    out << "<tr><td>" << name << "<td class=\"n\">" << fixed(value, 3) << "\n";
  }
  out << "</table></html>\n";
  return out.str();
}

}  // namespace bench
