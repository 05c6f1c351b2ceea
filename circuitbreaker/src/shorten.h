#pragma once
/// Bounds the texts that callers pass in.

#include <string_view>

#include "circuitbreaker/brief_text.h"

namespace circuitbreaker::detail {

/// The first 200 bytes of `text`, never cutting a UTF-8 sequence in two.
[[nodiscard]] inline std::string_view shorten(std::string_view text) noexcept {
  constexpr std::size_t kMaxReason = 200;
  return utf8_prefix(text, kMaxReason);
}

}  // namespace circuitbreaker::detail
