#pragma once
/// Decides whether a closed breaker has to open.

#include <cstdint>
#include <string_view>

#include "circuitbreaker/settings.h"

#include "call_window.h"

namespace circuitbreaker::detail {

/// Whether any trip rule looks at a window.
[[nodiscard]] bool needs_window(const Settings& settings) noexcept;

/// A description, in words, of the first trip rule that is met; empty if none is. `seen` holds the
/// counts of the window, which are all zero if there is no window.
[[nodiscard]] std::string_view met_rule(const Settings& settings,
                                        std::uint32_t consecutive_failures,
                                        const WindowTotals& seen) noexcept;

}  // namespace circuitbreaker::detail
