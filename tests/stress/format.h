#pragma once

#include <string>

#include "tests/support/svg.h"

namespace stress {

using test_support::fixed;

/// Formats a number of seconds: `0.0123` as `12.3 ms`.
[[nodiscard]] std::string milliseconds(double seconds);

}  // namespace stress
