#pragma once
/// Decimal numbers kept as text, so that no figure is changed by binary floating point.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace stockclient {

/// An immutable decimal number in its shortest plain form: `121.7400` and `1.2174e2` both become
/// `121.74`. The text is always a valid JSON number (RFC 8259, section 6) without an exponent,
/// superfluous zeros or a negative zero.
///
///     auto price = Decimal::parse("121.7400");
///     price->text();         // "121.74"
///     price->is_positive();  // true
///
/// Thread-safety: const access is safe from any thread, as for any plain value.
class Decimal {
 public:
  /// Zero.
  Decimal() = default;
  /// Reads `[+-]digits[.digits][(e|E)[+-]digits]`; leading zeros are allowed. Returns nothing for
  /// any other text, including blanks, `NaN` and `Infinity`, for more than 40 characters, and for
  /// an exponent whose plain form needs more than 40 digits.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

  /// The shortest plain form of the number.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The nearest double, for arithmetic that may be inexact.
  [[nodiscard]] double to_double() const;
  /// Whether the number is greater than zero.
  [[nodiscard]] bool is_positive() const noexcept;

  /// Whether the values are equal, which they are exactly if their texts are.
  friend bool operator==(const Decimal&, const Decimal&) = default;

 private:
  explicit Decimal(std::string text) : text_(std::move(text)) {}
  std::string text_ = "0";
};

}  // namespace stockclient
