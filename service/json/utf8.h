#pragma once
/// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates. Pure functions.

#include <cstddef>
#include <string_view>

namespace service {

/// Length of the well-formed sequence that `bytes` begins with, or 0.
[[nodiscard]] std::size_t utf8_length(std::string_view bytes) noexcept;

[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

}  // namespace service
