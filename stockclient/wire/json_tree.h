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

/// One JSON value. A plain tree: copying and destroying it recurse as deeply as it is nested.
struct JsonValue {
  /// The JSON type of the value.
  enum class Kind : std::uint8_t {
    null,     ///< `null`.
    boolean,  ///< `true` or `false`; the tree does not keep which.
    number,   ///< A number, as text.
    string,   ///< A string, unescaped.
    array,    ///< An array of values.
    object    ///< An object with named members.
  };
  Kind kind = Kind::null;  ///< Determines which of the fields below are used.
  std::string text;  ///< A string's characters (valid UTF-8) or a number's digits; otherwise empty.
  std::vector<JsonMember> children;  ///< An object's members, or an array's elements without keys.
};

/// A member of an object, or an element of an array.
struct JsonMember {
  std::string key;  ///< The key; empty for an array's element.
  JsonValue value;  ///< The member's value.
};

/// Bounds on the cost of a hostile document.
struct JsonLimits {
  std::size_t max_bytes = 4u << 20;  ///< Maximum size of the document, in bytes.
  std::size_t max_values = 50'000;   ///< Bounds the tree's memory: about 100 bytes per value.
  std::size_t max_depth = 32;  ///< Maximum nesting depth, which bounds recursion over the tree.
};

/// Why a document could not be parsed.
enum class JsonFault : std::uint8_t {
  empty,     ///< Nothing but white space.
  broken,    ///< Not valid JSON, or not UTF-8.
  too_deep,  ///< Nested more deeply than `max_depth`.
  too_large  ///< Larger than `max_bytes`, or more than `max_values` values.
};

/// Parses one JSON document (RFC 8259), with or without a UTF-8 byte order mark. Takes linear time
/// and does not recurse. Pure, safe from any thread.
///
///     const auto answer = parse_json(R"({"price": 1.50})");
///     answer->children[0].value.text;  // "1.50"
[[nodiscard]] circuitbreaker::expected<JsonValue, JsonFault> parse_json(
    std::string_view bytes, const JsonLimits& limits = {});

}  // namespace stockclient
