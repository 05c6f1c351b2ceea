#include "tests/stress/chart.h"
#include "tests/stress/format.h"
#include "tests/stress/report.h"

namespace stress {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --page:#fcfcfb; --ink:#1d1d1b; --soft:#5d5c57; --line:#e2e1dc;
  --band:#f3f2ee; --fresh:#2a78d6; --stale:#e0a526; --refused:#8d8b84; --failed:#c4302b;
  --closed:#bfe3d0; --open:#f2b8b5; --half:#f6dfa0; --p50:#2a78d6; --p99:#7a4fc4; --max:#a3a19a; }
@media (prefers-color-scheme: dark) { :root { --page:#1a1a19; --ink:#ecebe7; --soft:#a8a69f;
  --line:#393835; --band:#222221; --fresh:#5598e7; --stale:#d9a12a; --refused:#7c7a73;
  --failed:#e5625d; --closed:#1f5a40; --open:#7c2b28; --half:#6b5414; --p50:#5598e7; --p99:#a98bea;
  --max:#75736c; } }
body { background:var(--page); color:var(--ink); font:15px/1.5 system-ui,sans-serif;
  max-width:1080px; margin:2rem auto; padding:0 1rem; }
h1 { font-size:1.5rem; margin:0 0 .25rem; } h2 { font-size:1.1rem; margin:2rem 0 .5rem; }
p { margin:.25rem 0; color:var(--soft); } .verdict { font-weight:600; color:var(--ink); }
table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums; }
th,td { text-align:right; padding:.3rem .5rem; border-bottom:1px solid var(--line); }
th:first-child,td:first-child { text-align:left; } th { color:var(--soft); font-weight:500; }
.scroll { overflow-x:auto; } li { margin:.2rem 0; } ul { list-style:none; padding:0; }
.broken { color:var(--failed); font-weight:600; } li span { color:var(--soft); }
svg { width:100%; min-width:760px; height:auto; font:12px system-ui,sans-serif; }
svg text { fill:var(--ink); } .axis,.note { fill:var(--soft) !important; font-size:11px; }
.end { text-anchor:end; } .middle { text-anchor:middle; } .phase,.title { font-weight:600; }
.end-free { text-anchor:start; } .series { font-size:11px; } .state-name { font-size:11px; }
.grid { stroke:var(--line); fill:none; } .limit { stroke:var(--soft); stroke-dasharray:4 4; }
.band { fill:var(--band); } .curve { fill:none; stroke-width:2; stroke-linejoin:round; }
path.p50 { stroke:var(--p50); } path.p99 { stroke:var(--p99); } path.max { stroke:var(--max); }
path.max { stroke-width:1.2; stroke-dasharray:3 2; }
.fresh { fill:var(--fresh); } .stale { fill:var(--stale); } .refused { fill:var(--refused); }
.failed { fill:var(--failed); } .state.closed { fill:var(--closed); } .state.open { fill:var(--open); }
.state.half_open { fill:var(--half); } .open-pattern { fill:url(#hatch); }
.half_open-pattern { fill:url(#dots); } .weave { stroke:var(--soft); stroke-width:1; opacity:.5; }
.dot { fill:var(--soft); opacity:.6; } .hover { fill:transparent; } .hover:hover { fill:var(--ink);
  opacity:.08; }
)";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string row(const PhaseSummary& p) {
  std::string html = "<tr><td>" + escaped(p.phase.name) + "</td>";
  for (const std::string& cell :
       {std::to_string(p.sent), std::to_string(p.fresh), std::to_string(p.stale),
        std::to_string(p.refused), std::to_string(p.failed), milliseconds(p.known.p50),
        milliseconds(p.known.p99), milliseconds(p.known.max),
        std::to_string(p.phase.upstream_calls), std::to_string(p.allowed_calls)}) {
    html += "<td>" + cell + "</td>";
  }
  return html + "</tr>\n";
}

std::string count(std::chrono::milliseconds duration) {
  return std::to_string(duration.count()) + " ms";
}

std::string describe(const Plan& plan) {
  return "Open loop, " + fixed(plan.requests_per_second, 0) + " requests a second for " +
         fixed(plan.seconds, 0) + " s over " + std::to_string(plan.connections) +
         " connections; latency counts from the schedule. " + std::to_string(plan.known_symbols) +
         " known symbols; every " + std::to_string(plan.cold_every) +
         "th request asks for one never seen before. Fresh for " + count(plan.fresh_ttl) +
         ", upstream time-out " + count(plan.upstream_timeout) + ", breaker open for " +
         count(plan.open_timeout) + " after " + std::to_string(plan.failure_threshold) +
         " failures, hold of a minute's throttling " + count(plan.minute_hold) +
         ", upstream latency " + count(plan.upstream_latency) + ".";
}

std::string verdict(const std::vector<Promise>& promises) {
  std::size_t broken = 0;
  for (const Promise& promise : promises) broken += promise.kept ? 0U : 1U;
  if (broken == 0) return "All " + std::to_string(promises.size()) + " promises kept.";
  return std::to_string(broken) + " of " + std::to_string(promises.size()) + " promises broken.";
}

std::string promise_list(const std::vector<Promise>& promises) {
  std::string html = "<ul>\n";
  for (const Promise& promise : promises) {
    html += promise.kept ? "<li>✓ kept: " : "<li class=\"broken\">✗ broken: ";
    html += escaped(promise.text);
    if (!promise.detail.empty()) html += " <span>(" + escaped(promise.detail) + ")</span>";
    html += "</li>\n";
  }
  return html + "</ul>\n";
}

}  // namespace

std::string html_report(const Record& record, const std::vector<PhaseSummary>& phases,
                        const std::vector<Promise>& promises) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>An outage, rehearsed</title>\n<style>";
  html += kStyle;
  html += "</style></head><body>\n<h1>An outage, rehearsed</h1>\n<p class=\"verdict\">" +
          verdict(promises) + "</p>\n<p>" + describe(record.plan) +
          "</p>\n<div class=\"scroll\">\n" + draw_chart(record, phases) +
          "</div>\n<h2>Phases</h2>\n<div class=\"scroll\"><table>\n<tr><th>phase</th><th>sent</th>"
          "<th>fresh</th><th>stale</th><th>refused</th><th>failed</th><th>p50</th><th>p99</th>"
          "<th>max</th><th>upstream calls</th><th>allowed</th></tr>\n";
  for (const PhaseSummary& phase : phases) html += row(phase);
  return html +
         "</table></div>\n<p>Latencies are those of known symbols.</p>\n<h2>Promises</h2>\n" +
         promise_list(promises) + "</body></html>\n";
}

}  // namespace stress
