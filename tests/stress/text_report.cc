#include <array>
#include <cstdio>

#include "tests/stress/format.h"
#include "tests/stress/report.h"

namespace stress {
namespace {

std::string phase_line(const PhaseSummary& p) {
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%-9s %7d %7d %7d %8d %7d %9s %9s %9s %8d %8d\n",
                p.phase.name.c_str(), p.sent, p.fresh, p.stale, p.refused, p.failed,
                fixed(p.known.p50 * 1000, 2).c_str(), fixed(p.known.p99 * 1000, 2).c_str(),
                fixed(p.known.max * 1000, 2).c_str(), p.phase.upstream_calls, p.allowed_calls);
  return line.data();
}

}  // namespace

std::string text_report(const Record& record, const std::vector<PhaseSummary>& phases,
                        const std::vector<Promise>& promises) {
  std::string text =
      "\n                                                     known symbols, ms         upstream "
      "calls\n"
      "phase        sent   fresh   stale  refused  failed       p50       p99       max     made  "
      "allowed\n";
  for (const PhaseSummary& phase : phases) text += phase_line(phase);

  text += "\nBreaker:";
  for (const StateChange& change : record.states) {
    text += ' ' + fixed(change.at, 1) + " s " + change.state + ';';
  }
  text.back() = '.';

  text += "\n\n";
  for (const Promise& promise : promises) {
    text += (promise.kept ? "kept    " : "BROKEN  ") + promise.text +
            (promise.detail.empty() ? "" : " (" + promise.detail + ')') + '\n';
  }
  return text;
}

}  // namespace stress
