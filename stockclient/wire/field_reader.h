#pragma once
/// Reads one object of an upstream answer field by field and remembers the first thing that is
/// wrong with it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stockclient/domain/decimal.h"
#include "stockclient/wire/json_tree.h"

namespace stockclient {

/// Fields are found by name: case and a leading number (`05. `) do not count. A figure that is
/// missing, null or a placeholder (empty, `-`, `None`) is unknown, which is no fault; one that
/// cannot be read, or a field that is there twice, is.
class FieldReader {
 public:
  explicit FieldReader(const JsonValue& object) noexcept : object_(object) {}

  /// A string or number; a required one that is missing or empty is a fault.
  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name);
  /// A number of either sign.
  [[nodiscard]] std::optional<Decimal> figure(std::string_view name);
  /// As `figure`, with the `%` removed.
  [[nodiscard]] std::optional<Decimal> percent(std::string_view name);
  /// A number that is not negative.
  [[nodiscard]] std::optional<Decimal> price(std::string_view name);
  /// A number above zero, which must be there.
  [[nodiscard]] Decimal required_price(std::string_view name);
  /// A whole number that is not negative.
  [[nodiscard]] std::optional<std::int64_t> volume(std::string_view name);
  /// `YYYY-MM-DD`, a day of the calendar.
  [[nodiscard]] std::optional<std::string> date(std::string_view name);

  /// The first fault, in words that quote nothing; empty: none so far.
  [[nodiscard]] std::string_view fault() const noexcept { return fault_; }

 private:
  const std::string* find(std::string_view name);
  std::optional<Decimal> read_decimal(std::string_view text);
  void fail(std::string_view fault) noexcept {
    if (fault_.empty()) fault_ = fault;
  }

  const JsonValue& object_;
  /// Always a literal.
  std::string_view fault_;
};

/// Whether `text` is `YYYY-MM-DD` and such a day exists.
[[nodiscard]] bool is_date(std::string_view text) noexcept;

}  // namespace stockclient
