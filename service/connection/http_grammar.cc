#include "service/connection/http_grammar.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "stockclient/domain/ascii.h"

namespace service::http_grammar {
namespace {

using stockclient::equal_ignoring_case;

enum Class : std::uint8_t { token = 1, value = 2, target = 4, authority = 8 };

constexpr bool contains(std::string_view set, int c) {
  return set.find(static_cast<char>(c)) != std::string_view::npos;
}

constexpr std::array<std::uint8_t, 256> classify() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    int classes = 0;
    if (alnum || (c > ' ' && c < 127 && contains("!#$%&'*+-.^_`|~", c))) classes |= token;
    if (c == '\t' || (c >= ' ' && c != 127)) classes |= value;
    if (c > ' ' && c < 127 && c != '#') classes |= target;
    if (alnum || (c > ' ' && c < 127 && contains("-._~%!$&'()*+,;=:[]", c))) classes |= authority;
    table[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(classes);
  }
  return table;
}

constexpr auto kClasses = classify();

bool all(std::string_view text, Class wanted) noexcept {
  return std::all_of(text.begin(), text.end(), [wanted](char c) {
    return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
  });
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && all(text, token);
}
bool is_field_value(std::string_view text) noexcept {
  return all(text, value);
}
bool is_target(std::string_view text) noexcept {
  return all(text, target);
}
bool is_authority(std::string_view text) noexcept {
  return all(text, authority);
}

std::string_view trim(std::string_view text) noexcept {
  auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool list_has(std::string_view list, std::string_view member) noexcept {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim(list.substr(0, comma)), member)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<HeaderField> parse_field(std::string_view line) noexcept {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const HeaderField field{line.substr(0, colon), trim(line.substr(colon + 1))};
  if (!is_token(field.name) || !is_field_value(field.value)) return std::nullopt;
  return field;
}

std::string_view find_field(std::string_view head, std::string_view name) noexcept {
  constexpr std::string_view kLineEnd = "\r\n";
  for (auto end = head.find(kLineEnd); end != std::string_view::npos && end > 0;
       end = head.find(kLineEnd)) {
    const auto field = parse_field(head.substr(0, end));
    if (field && equal_ignoring_case(field->name, name)) return field->value;
    head.remove_prefix(end + kLineEnd.size());
  }
  return {};
}

}  // namespace service::http_grammar
