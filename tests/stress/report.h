#pragma once

#include <string>
#include <vector>

#include "tests/stress/summary.h"

namespace stress {

/// The report for a terminal: one line for each phase, the breaker's states, and the promises.
[[nodiscard]] std::string text_report(const Record& record, const std::vector<PhaseSummary>& phases,
                                      const std::vector<Promise>& promises);

/// The report as a self-contained page.
[[nodiscard]] std::string html_report(const Record& record, const std::vector<PhaseSummary>& phases,
                                      const std::vector<Promise>& promises);

}  // namespace stress
