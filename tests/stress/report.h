#pragma once

#include <string>
#include <vector>

#include "tests/stress/summary.h"

namespace stress {

/// For a terminal: a line a phase, the breaker's way, and the promises.
[[nodiscard]] std::string text_report(const Record& record, const std::vector<PhaseSummary>& phases,
                                      const std::vector<Promise>& promises);

/// One self-contained page.
[[nodiscard]] std::string html_report(const Record& record, const std::vector<PhaseSummary>& phases,
                                      const std::vector<Promise>& promises);

}  // namespace stress
