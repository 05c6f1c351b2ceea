#pragma once
/// A decimal number kept as text: what the upstream wrote, in the shortest form of equal value
/// (`121.7400` is `121.74`).

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stockclient {

/// An immutable decimal number. Its text is always a valid JSON number (RFC 8259, section 6),
/// without exponent, superfluous zeros or a negative zero.
class Decimal {
 public:
  /// Zero.
  Decimal() = default;
  /// Reads `[+-]digits[.digits]`, sign optional, leading zeros allowed, at most 40 characters;
  /// empty on anything else, so on exponents, blanks, `NaN` and `Infinity` too.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The nearest double, for arithmetic that may round.
  [[nodiscard]] double to_double() const;
  [[nodiscard]] bool is_positive() const noexcept;

  friend bool operator==(const Decimal&, const Decimal&) = default;

 private:
  explicit Decimal(std::string text) : text_(std::move(text)) {}
  std::string text_ = "0";
};

}  // namespace stockclient
