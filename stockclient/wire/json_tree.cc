#include "stockclient/wire/json_tree.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace stockclient {
namespace {

using nlohmann::json;

/// Builds the tree from the parser's events. A callback that returns false ends the parse.
class TreeBuilder final : public nlohmann::json_sax<json> {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(JsonValue::Kind::null) != nullptr; }
  bool boolean(bool /*value*/) override { return add(JsonValue::Kind::boolean) != nullptr; }
  bool number_integer(std::int64_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return add_number(std::to_string(value)); }
  bool number_float(double /*value*/, const std::string& text) override { return add_number(text); }
  bool string(std::string& value) override {
    JsonValue* added = add(JsonValue::Kind::string);
    if (added != nullptr) added->text = std::move(value);
    return added != nullptr;
  }
  bool binary(json::binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(JsonValue::Kind::object); }
  bool key(std::string& value) override {
    key_ = std::move(value);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(JsonValue::Kind::array); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                   const json::exception& /*error*/) override {
    return false;
  }

  [[nodiscard]] JsonFault fault() const noexcept { return fault_; }
  [[nodiscard]] JsonValue take() noexcept { return std::move(root_); }

 private:
  JsonValue* add(JsonValue::Kind kind) {
    if (++values_ > limits_.max_values) {
      fault_ = JsonFault::too_large;
      return nullptr;
    }
    JsonValue* added = &root_;
    if (!path_.empty()) {
      added = &path_.back()->children.emplace_back(JsonMember{std::move(key_), {}}).value;
      key_.clear();
    }
    added->kind = kind;
    return added;
  }

  bool add_number(std::string text) {
    JsonValue* added = add(JsonValue::Kind::number);
    if (added != nullptr) added->text = std::move(text);
    return added != nullptr;
  }

  bool open(JsonValue::Kind kind) {
    if (path_.size() >= limits_.max_depth) {
      fault_ = JsonFault::too_deep;
      return false;
    }
    JsonValue* added = add(kind);
    if (added == nullptr) return false;
    path_.push_back(added);
    return true;
  }

  bool close() {
    path_.pop_back();
    return true;
  }

  JsonLimits limits_;
  JsonValue root_;
  /// The containers from the root to the one being filled. The pointers stay valid, because a
  /// container's siblings are added only after it has left the path.
  std::vector<JsonValue*> path_;
  std::string key_;
  std::size_t values_ = 0;
  JsonFault fault_ = JsonFault::broken;
};

}  // namespace

circuitbreaker::expected<JsonValue, JsonFault> parse_json(std::string_view bytes,
                                                          const JsonLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.size() > limits.max_bytes) {
    return circuitbreaker::unexpected<JsonFault>(JsonFault::too_large);
  }
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return circuitbreaker::unexpected<JsonFault>(JsonFault::empty);
  }
  TreeBuilder builder(limits);
  if (!json::sax_parse(bytes.begin(), bytes.end(), &builder)) {
    return circuitbreaker::unexpected<JsonFault>(builder.fault());
  }
  return builder.take();
}

}  // namespace stockclient
