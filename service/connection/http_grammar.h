#pragma once
/// The characters and small forms of HTTP/1.1's grammar (RFC 9110, RFC 9112).

#include <optional>
#include <string_view>

namespace service::http_grammar {

/// Letters, digits and ``!#$%&'*+-.^_`|~``, at least one.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// No control character but the tab.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
/// Printable ASCII without space and `#`.
[[nodiscard]] bool is_target(std::string_view text) noexcept;
/// `host[:port]`, without user information; may be empty.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;
/// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// Whether a comma-separated list has that member, without regard to case.
[[nodiscard]] bool list_has(std::string_view list, std::string_view member) noexcept;

/// A field line, split and checked: no space before the colon, no folding, no control character.
struct Field {
  std::string_view name;
  std::string_view value;
};
/// `line` is without its line end. Nothing when it is malformed.
[[nodiscard]] std::optional<Field> parse_field(std::string_view line) noexcept;
/// The value of the first field of that name in what has come of a head, whatever else is wrong
/// with it; empty when there is none. Only whole lines count.
[[nodiscard]] std::string_view find_field(std::string_view head, std::string_view name) noexcept;

}  // namespace service::http_grammar
