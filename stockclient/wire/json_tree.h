#pragma once
/// A JSON document as a small tree that keeps what the upstream wrote: members in their order,
/// repeated keys as repeated members, numbers as text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/expected.h"

namespace stockclient {

struct JsonMember;

struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  /// Of a string its characters (valid UTF-8), of a number its digits; else empty.
  std::string text;
  /// Of an object its members, of an array its elements (with empty keys).
  std::vector<JsonMember> children;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

/// What a hostile document may cost: `max_values` bounds the tree's memory (about 100 bytes a value
/// beyond the text itself), `max_depth` the recursion of whoever walks it.
struct JsonLimits {
  std::size_t max_bytes = 4u << 20;
  std::size_t max_values = 50'000;
  std::size_t max_depth = 32;
};

enum class JsonFault : std::uint8_t { empty, broken, too_deep, too_large };

/// Parses one JSON document (RFC 8259), which a UTF-8 byte order mark may precede. Linear time;
/// does not recurse.
[[nodiscard]] circuitbreaker::expected<JsonValue, JsonFault> parse_json(
    std::string_view bytes, const JsonLimits& limits = {});

}  // namespace stockclient
