#pragma once
/// Recognises well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates. Pure
/// functions.

#include <cstddef>
#include <string_view>

namespace service {

/// Length in bytes of the well-formed sequence at the start of `bytes`; 0 if there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view bytes) noexcept;

/// Whether all of `bytes` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

}  // namespace service
