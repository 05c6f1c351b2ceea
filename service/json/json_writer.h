#pragma once
/// Writes JSON text directly, so that numbers keep their exact decimal text: a JSON library would
/// pass them through a double.
///
///     JsonWriter json;
///     json.begin_object().key("price").number(quote.price.text()).end_object();
///     std::string body = std::move(json).text();

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

namespace service {

/// Appends JSON tokens and inserts the commas. The caller is responsible for the grammar: a key
/// before each value of an object, and matching brackets. Thread-safety: none.
class JsonWriter {
 public:
  /// An accurate `expected_size`, in bytes, avoids reallocation during writing.
  explicit JsonWriter(std::size_t expected_size = 512) { text_.reserve(expected_size); }

  /// Writes `{`.
  JsonWriter& begin_object() { return open('{'); }
  /// Writes `}`.
  JsonWriter& end_object() { return close('}'); }
  /// Writes `[`.
  JsonWriter& begin_array() { return open('['); }
  /// Writes `]`.
  JsonWriter& end_array() { return close(']'); }

  /// Writes the name of the next value, which must need no escaping.
  JsonWriter& key(std::string_view name);
  /// Writes a string of any bytes; each byte that is not UTF-8 becomes U+FFFD.
  JsonWriter& string(std::string_view value);
  /// Writes a number from its text, which must be a JSON number.
  JsonWriter& number(std::string_view text) { return raw(text); }
  /// Writes an integer.
  template <std::integral Integer>
  JsonWriter& number(Integer value) {
    return raw(std::to_string(value));
  }
  /// Writes a number with at most six decimals; NaN and infinities become null.
  JsonWriter& number(double value);
  /// Writes a duration in seconds, rounded down to milliseconds.
  JsonWriter& seconds(std::chrono::nanoseconds value);
  /// Writes `true` or `false`.
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  /// Writes `null`.
  JsonWriter& null() { return raw("null"); }
  /// Writes a value that is already JSON text.
  JsonWriter& raw(std::string_view json);

  /// The text written so far. The writer must not be used afterwards.
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace service
