#pragma once

#include <string>

namespace stress {

/// With so many digits after the point.
[[nodiscard]] std::string fixed(double value, int digits);
/// `0.0123` is `12.3 ms`.
[[nodiscard]] std::string milliseconds(double seconds);

}  // namespace stress
