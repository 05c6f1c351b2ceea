#pragma once
/// Bounds the texts that callers hand in.

#include <cstddef>
#include <string_view>

namespace circuitbreaker::detail {

/// The first 200 bytes, cut in front of a UTF-8 sequence and never within one.
[[nodiscard]] inline std::string_view shorten(std::string_view text) noexcept {
  constexpr std::size_t kMaxReason = 200;
  if (text.size() <= kMaxReason) return text;
  std::size_t end = kMaxReason;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace circuitbreaker::detail
