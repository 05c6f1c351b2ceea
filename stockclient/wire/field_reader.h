#pragma once
/// Reads one JSON object of an upstream answer field by field.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stockclient/domain/decimal.h"
#include "stockclient/domain/figure.h"
#include "stockclient/wire/json_tree.h"

namespace stockclient {

/// Reads fields by name and counts those that cannot be read. Names are matched without regard to
/// case or a leading number, so `price` finds `05. price`. Every reading function returns nothing
/// (or an empty text) for a field that is missing, has the wrong form, or occurs twice; unless
/// stated otherwise it then adds the given figure to the counts.
///
///     UnreadableFigures unreadable;
///     FieldReader fields(row, unreadable);
///     std::optional<Decimal> low = fields.price("low", Figure::low);
///
/// Thread-safety: one thread at a time. The object and the counts must outlive the reader.
class FieldReader {
 public:
  /// Reads the members of `object`; a value of another JSON type has none.
  FieldReader(const JsonValue& object, UnreadableFigures& unreadable) noexcept
      : object_(object), unreadable_(unreadable) {}

  /// Reads a text that must not be empty.
  [[nodiscard]] std::optional<std::string> required_text(std::string_view name, Figure figure);
  /// Reads a text; a missing one is empty and does not count as unreadable.
  [[nodiscard]] std::string text(std::string_view name, Figure figure);
  /// Reads a number of either sign.
  [[nodiscard]] std::optional<Decimal> number(std::string_view name, Figure figure);
  /// Reads a number of either sign, with or without a trailing `%`.
  [[nodiscard]] std::optional<Decimal> percent(std::string_view name, Figure figure);
  /// Reads a number above zero.
  [[nodiscard]] std::optional<Decimal> price(std::string_view name, Figure figure);
  /// Reads a plain whole number, zero or above. A missing volume, or a placeholder (empty, `-`,
  /// `None`) in its place, is common and does not count as unreadable.
  [[nodiscard]] std::optional<std::int64_t> volume(std::string_view name, Figure figure);
  /// Reads a calendar date, `YYYY-MM-DD`.
  [[nodiscard]] std::optional<std::string> date(std::string_view name, Figure figure);

 private:
  /// The result of looking up a field; `value` is null if it is missing.
  struct Field {
    const JsonValue* value = nullptr;
    bool ambiguous = false;
  };
  [[nodiscard]] Field find(std::string_view name) const noexcept;
  /// The text of a string or the digits of a number; null for anything else.
  [[nodiscard]] const std::string* scalar(std::string_view name) const noexcept;

  const JsonValue& object_;
  UnreadableFigures& unreadable_;
};

}  // namespace stockclient
