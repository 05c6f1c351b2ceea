#pragma once
/// The chart of a rehearsal: latency, outcomes and breaker state over one time axis, as one SVG
/// element. Colours come from the page's CSS variables, for light and dark pages, and colour is
/// never the only carrier of information.

#include <string>
#include <vector>

#include "tests/stress/summary.h"

namespace stress {

[[nodiscard]] std::string draw_chart(const Record& record, const std::vector<PhaseSummary>& phases);

}  // namespace stress
