#pragma once
/// Latency, outcomes and breaker state over one time axis, as one SVG element. Colours come from
/// the page's CSS variables, so that it works in dark and in light; no meaning rests on colour
/// alone.

#include <string>
#include <vector>

#include "tests/stress/summary.h"

namespace stress {

[[nodiscard]] std::string draw_chart(const Record& record, const std::vector<PhaseSummary>& phases);

}  // namespace stress
