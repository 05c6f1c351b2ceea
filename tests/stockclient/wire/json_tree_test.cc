#include "stockclient/wire/json_tree.h"

#include <string>

#include <gtest/gtest.h>

namespace stockclient {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonTree, KeepsOrderAndRepeatedKeys) {
  const auto tree = parse_json(R"({"b": "1", "a": ["x", null, true], "b": {}})");
  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->children.size(), 3U);
  EXPECT_EQ(tree->children[0].key, "b");
  EXPECT_EQ(tree->children[0].value.text, "1");
  EXPECT_EQ(tree->children[1].value.kind, JsonValue::Kind::array);
  EXPECT_EQ(tree->children[1].value.children.size(), 3U);
  EXPECT_EQ(tree->children[2].key, "b");
  EXPECT_EQ(tree->children[2].value.kind, JsonValue::Kind::object);
}

TEST(JsonTree, KeepsTheDigitsOfNumbers) {
  const auto tree = parse_json("[0.10, -7, 123456789012345678901234567890]");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->children[0].value.text, "0.10");
  EXPECT_EQ(tree->children[1].value.text, "-7");
  EXPECT_EQ(tree->children[2].value.text, "123456789012345678901234567890");
}

TEST(JsonTree, LimitsTheDepth) {
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_EQ(parse_json(nested(33)).error(), JsonFault::too_deep);
  EXPECT_EQ(parse_json(std::string(1'000'000, '[')).error(), JsonFault::too_deep);
}

TEST(JsonTree, LimitsTheNumberOfValues) {
  const JsonLimits limits{.max_values = 3};
  EXPECT_TRUE(parse_json("[1,2]", limits));
  EXPECT_EQ(parse_json("[1,2,3]", limits).error(), JsonFault::too_large);
}

TEST(JsonTree, LimitsTheSize) {
  const JsonLimits limits{.max_bytes = 4};
  EXPECT_TRUE(parse_json("[12]", limits));
  EXPECT_EQ(parse_json("[123]", limits).error(), JsonFault::too_large);
}

TEST(JsonTree, DistinguishesEmptyFromBroken) {
  for (const char* text : {"", "  \n", "\xEF\xBB\xBF", "\xEF\xBB\xBF \t"}) {
    EXPECT_EQ(parse_json(text).error(), JsonFault::empty) << '"' << text << '"';
  }
  for (const char* text : {"{", "{} {}", "nul", "{'a': 1}", "[1,]", "\"\x80\"", "\"\\ud800\"",
                           "/* hi */ {}", "NaN", "1e999"}) {
    EXPECT_EQ(parse_json(text).error(), JsonFault::broken) << '"' << text << '"';
  }
}

}  // namespace
}  // namespace stockclient
