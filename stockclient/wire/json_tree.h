#pragma once
/// A JSON document as a small tree that is faithful to the document's text: members keep their
/// order, repeated keys become repeated members, and numbers stay text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/expected.h"

namespace stockclient {

struct JsonMember;

/// One JSON value. A plain tree: copying and destroying it recurse, as deep as it is nested.
struct JsonValue {
  /// The JSON type of the value.
  enum class Kind : std::uint8_t {
    null,     ///< `null`.
    boolean,  ///< `true` or `false`; which of them is not kept.
    number,   ///< A number, as text.
    string,   ///< A string, unescaped.
    array,    ///< A list of values.
    object    ///< A list of members.
  };
  Kind kind = Kind::null;  ///< Decides which of the fields below are used.
  std::string text;  ///< A string's characters (valid UTF-8) or a number's digits; else empty.
  std::vector<JsonMember> children;  ///< An object's members, or an array's elements without keys.
};

/// A member of an object, or an element of an array.
struct JsonMember {
  std::string key;  ///< Empty for an array's element.
  JsonValue value;  ///< The member's value.
};

/// Bounds on the cost of a hostile document.
struct JsonLimits {
  std::size_t max_bytes = 4u << 20;  ///< Size of the document.
  std::size_t max_values =
      50'000;                  ///< Bounds the tree: about 100 bytes for each value and its text.
  std::size_t max_depth = 32;  ///< Nesting, and so the recursion of code that walks the tree.
};

/// Why a document could not be parsed.
enum class JsonFault : std::uint8_t {
  empty,     ///< Nothing but white space.
  broken,    ///< Not JSON, or not UTF-8.
  too_deep,  ///< Nested beyond `max_depth`.
  too_large  ///< Beyond `max_bytes` or `max_values`.
};

/// Parses one JSON document (RFC 8259), with or without a UTF-8 byte order mark. Takes linear time
/// and does not recurse. Pure, safe from any thread.
///
///     const auto answer = parse_json(R"({"price": 1.50})");
///     answer->children[0].value.text;  // "1.50"
[[nodiscard]] circuitbreaker::expected<JsonValue, JsonFault> parse_json(
    std::string_view bytes, const JsonLimits& limits = {});

}  // namespace stockclient
