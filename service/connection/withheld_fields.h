#pragma once
/// The header fields that must be kept from cpp-httplib.

#include <cstddef>
#include <string_view>

namespace service {

/// Longest header line, including its end, that cpp-httplib accepts; it answers longer ones with an
/// empty 400.
inline constexpr std::size_t kMaxForwardedLine = 8192;

/// Whether cpp-httplib 0.11 or 0.18 would mishandle this field. Such a field is cut out of the head
/// that the library parses; handlers still see it as it was sent. The source file gives the reason
/// for each name.
///
/// Other dangerous fields need no entry: `RequestScanner` drops names with an underscore; the
/// engine itself decides whether the connection closes; and the library never reads a body, because
/// the engine's routing hook answers every request before that, so neither Content-Encoding
/// (CVE-2026-22776) nor multipart boundaries (CVE-2026-29076) are evaluated.
[[nodiscard]] bool is_withheld(std::string_view name) noexcept;

}  // namespace service
