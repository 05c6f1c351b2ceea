#pragma once
/// A short text stored in place, for values that must never allocate.
///
///     BriefText name("database");
///     std::string_view view = name;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace circuitbreaker {

namespace detail {

/// The longest prefix of `text` that has at most `limit` bytes and does not end inside a UTF-8
/// sequence.
[[nodiscard]] constexpr std::string_view utf8_prefix(std::string_view text,
                                                     std::size_t limit) noexcept {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace detail

/// Up to 63 bytes of text. Trivially copyable, 64 bytes large (aligned so that copying takes four
/// instructions), and never allocates. A plain value: safe across threads like an `int`.
class alignas(16) BriefText {
 public:
  /// Maximum number of bytes kept of a text.
  static constexpr std::size_t kCapacity = 63;

  /// The empty text.
  constexpr BriefText() noexcept = default;
  /// Keeps the first `kCapacity` bytes of `text`, never cutting a UTF-8 sequence in two.
  constexpr BriefText(std::string_view text) noexcept {  // NOLINT: a conversion
    const std::string_view kept = detail::utf8_prefix(text, kCapacity);
    std::copy(kept.begin(), kept.end(), bytes_.begin());
    size_ = static_cast<std::uint8_t>(kept.size());
  }

  /// The text, valid as long as this object exists.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  /// Converts to the text, like `view`.
  constexpr operator std::string_view() const noexcept { return view(); }  // NOLINT: a conversion
  /// Whether the text is empty.
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// Compares the texts.
  friend constexpr bool operator==(const BriefText& a, const BriefText& b) noexcept {
    return a.view() == b.view();
  }

 private:
  std::array<char, kCapacity> bytes_{};
  std::uint8_t size_ = 0;
};
static_assert(sizeof(BriefText) == 64);

}  // namespace circuitbreaker
