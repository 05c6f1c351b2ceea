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
/// in the source. Names with an underscore never get this far: see `RequestScanner`.
[[nodiscard]] bool is_withheld(std::string_view name) noexcept;

}  // namespace service
