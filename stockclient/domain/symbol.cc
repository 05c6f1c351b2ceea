#include "stockclient/domain/symbol.h"

#include <algorithm>
#include <array>

namespace stockclient {
namespace {

constexpr std::size_t kMaxLength = 32;

// Used instead of <cctype>, whose answers depend on the locale.
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
  constexpr std::string_view kPunctuation = ".&:=_-";
  return may_start(c) || kPunctuation.find(c) != std::string_view::npos;
}

constexpr bool is_separator(char c) noexcept {
  return c == '.' || c == '-';
}

bool spells_parameter(std::string_view text) noexcept {
  const std::size_t ampersand = text.find('&');
  return ampersand != std::string_view::npos && text.find('=', ampersand) != std::string_view::npos;
}

bool is_share_class(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 6> kClasses{"PR", "RT", "UN", "WI", "WS", "WT"};
  if (text.size() == 1) return is_letter(text.front());
  return text.size() == 2 && std::any_of(kClasses.begin(), kClasses.end(), [text](auto known) {
           return upper(text[0]) == known[0] && upper(text[1]) == known[1];
         });
}

/// Precondition: `at` is the index of a separator.
bool before_share_class(std::string_view symbol, std::size_t at) noexcept {
  const std::string_view rest = symbol.substr(at + 1);
  return is_share_class(rest.substr(0, rest.find_first_of(".-")));
}

}  // namespace

std::optional<std::string> parse_symbol(std::string_view text) {
  if (text.empty() || text.size() > kMaxLength || !may_start(text.front()) ||
      !std::all_of(text.begin(), text.end(), may_follow) || spells_parameter(text)) {
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

std::string canonical_symbol(std::string_view symbol) {
  std::string canonical(symbol);
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    canonical[i] = upper(canonical[i]);
    if (canonical[i] == '.' && before_share_class(symbol, i)) canonical[i] = '-';
  }
  return canonical;
}

std::string_view exchange_suffix(std::string_view symbol) noexcept {
  const std::size_t dot = symbol.rfind('.');
  if (dot == std::string_view::npos || before_share_class(symbol, dot)) return {};
  return symbol.substr(dot + 1);
}

bool is_us_listing(std::string_view symbol) noexcept {
  constexpr std::size_t kLongestRoot = 5;
  const std::size_t root = std::min(symbol.find_first_of(".-"), symbol.size());
  if (root == 0 || root > kLongestRoot ||
      !std::all_of(symbol.begin(), symbol.begin() + static_cast<std::ptrdiff_t>(root), is_letter)) {
    return false;
  }
  for (std::size_t at = root; at < symbol.size(); at = symbol.find_first_of(".-", at + 1)) {
    if (!before_share_class(symbol, at)) return false;
  }
  return true;
}

}  // namespace stockclient
