#pragma once
/// Writes JSON text directly, so that numbers keep the exact decimal text they came with (a JSON
/// library would pass them through a double).
///
///     JsonWriter json;
///     json.begin_object().key("price").number(quote.price.text()).end_object();
///     std::string body = std::move(json).text();

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

namespace service {

/// The caller keeps the grammar: keys within objects, one value behind each. Not thread-safe.
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t expected_size = 512) { text_.reserve(expected_size); }

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  /// `name` must need no escaping.
  JsonWriter& key(std::string_view name);
  /// Any bytes: what is not UTF-8 becomes U+FFFD.
  JsonWriter& string(std::string_view value);
  /// `text` must be a JSON number.
  JsonWriter& number(std::string_view text) { return raw(text); }
  template <std::integral Integer>
  JsonWriter& number(Integer value) {
    return raw(std::to_string(value));
  }
  /// At most six decimals; what is not finite becomes null.
  JsonWriter& number(double value);
  /// In seconds, whole milliseconds.
  JsonWriter& seconds(std::chrono::nanoseconds value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  /// JSON text made elsewhere.
  JsonWriter& raw(std::string_view json);

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace service
