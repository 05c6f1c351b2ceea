#include "stockclient/domain/symbol.h"

#include <algorithm>

namespace stockclient {
namespace {

constexpr std::size_t kMaxLength = 32;

// Not <cctype>: its answers depend on the locale.
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr bool may_start(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '^';
}
constexpr bool may_follow(char c) noexcept {
  return may_start(c) || c == '.' || c == '&' || c == ':' || c == '-';
}

constexpr bool is_separator(char c) noexcept {
  return c == '.' || c == '-';
}

/// Precondition: a separator stands at `at`.
bool before_share_class(std::string_view symbol, std::size_t at) noexcept {
  const std::string_view rest = symbol.substr(at + 1);
  return !rest.empty() && is_letter(rest[0]) && (rest.size() == 1 || is_separator(rest[1]));
}

}  // namespace

std::optional<std::string> parse_symbol(std::string_view text) {
  if (text.empty() || text.size() > kMaxLength || !may_start(text.front()) ||
      !std::all_of(text.begin(), text.end(), may_follow)) {
    return std::nullopt;
  }
  std::string symbol(text);
  std::transform(symbol.begin(), symbol.end(), symbol.begin(), upper);
  return symbol;
}

bool same_symbol(std::string_view asked, std::string_view returned) noexcept {
  if (asked.size() != returned.size()) return false;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (upper(asked[i]) == upper(returned[i])) continue;
    if (!is_separator(asked[i]) || !is_separator(returned[i]) || !before_share_class(asked, i)) {
      return false;
    }
  }
  return true;
}

}  // namespace stockclient
