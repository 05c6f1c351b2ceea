#pragma once
/// The characters and small forms of HTTP/1.1's grammar (RFC 9110, RFC 9112).

#include <optional>
#include <string_view>

namespace service::http_grammar {

/// Whether `text` is a token: letters, digits and ``!#$%&'*+-.^_`|~``, at least one.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// Whether `text` has no control characters other than tabs.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
/// Whether `text` is printable ASCII without space and `#`.
[[nodiscard]] bool is_target(std::string_view text) noexcept;
/// Whether `text` has only characters that may occur in `host[:port]`, without user information. It
/// may be empty.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;
/// `text` without leading and trailing spaces and tabs.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// Whether a comma-separated list contains the given member, ignoring case.
[[nodiscard]] bool list_has(std::string_view list, std::string_view member) noexcept;

/// A header line, split and checked.
struct HeaderField {
  /// A token.
  std::string_view name;
  /// Without surrounding spaces and tabs.
  std::string_view value;
};
/// Splits a header line, passed without its line end. Returns nothing if the line is malformed,
/// which includes a space before the colon, a folded line and a control character.
[[nodiscard]] std::optional<HeaderField> parse_field(std::string_view line) noexcept;
/// The value of the first field of the given name, even if the head is incomplete or malformed
/// elsewhere; empty if there is no such field. Only complete lines count.
[[nodiscard]] std::string_view find_field(std::string_view head, std::string_view name) noexcept;

}  // namespace service::http_grammar
