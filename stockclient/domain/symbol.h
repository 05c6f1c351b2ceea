#pragma once
/// The symbols callers may ask for, and when two spellings name the same share. Pure functions,
/// safe from any thread.

#include <optional>
#include <string>
#include <string_view>

namespace stockclient {

/// Reads a symbol as a caller wrote it, already percent-decoded once:
/// `[A-Za-z0-9^][A-Za-z0-9.&:^-]{0,31}`, made upper-case. Empty on anything else, which must never
/// reach the upstream.
[[nodiscard]] std::optional<std::string> parse_symbol(std::string_view text);

/// Whether the upstream's spelling names the share that was asked for: letters compare without
/// case, and `.` equals `-` before a share class, that is before a single letter (`BRK.B` is
/// `BRK-B`, and `RCI.B.TRT` is `RCI-B.TRT`, but `TSCO.LON` is not `TSCO-LON`).
[[nodiscard]] bool same_symbol(std::string_view asked, std::string_view returned) noexcept;

}  // namespace stockclient
