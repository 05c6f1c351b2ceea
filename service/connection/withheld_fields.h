#pragma once
/// The header fields that cpp-httplib must not see.

#include <cstddef>
#include <string_view>

namespace service {

/// Longest header line, line end included, that cpp-httplib accepts; it answers a longer one with
/// an empty 400.
inline constexpr std::size_t kMaxForwardedLine = 8192;

/// Whether cpp-httplib 0.11 or 0.18 would mishandle this field. Such a field is cut out of the head
/// that the library parses; handlers still see it, as it was sent. The reason for each name stands
/// in the source.
///
/// Other dangerous fields need no entry: `RequestScanner` drops names with an underscore; the
/// engine decides by itself whether the connection closes; and the library never reads a body,
/// because the engine's routing hook answers every request before that, so that neither
/// Content-Encoding (CVE-2026-22776) nor multipart boundaries (CVE-2026-29076) are looked at.
[[nodiscard]] bool is_withheld(std::string_view name) noexcept;

}  // namespace service
