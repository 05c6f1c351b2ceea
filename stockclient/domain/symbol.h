#pragma once
/// Validates the symbols that callers may ask for, and tells listings apart. Pure functions, safe
/// from any thread.

#include <optional>
#include <string>
#include <string_view>

namespace stockclient {

/// Validates a symbol as a caller wrote it, after percent-decoding it once:
/// `[A-Za-z0-9^][A-Za-z0-9.&:^=_-]{0,31}`, without a `=` after a `&`, which would spell a query
/// parameter (`IBM&function=X`) and occurs in no real symbol. Returns the symbol in upper case, or
/// nothing for any other text, which must never reach the upstream.
[[nodiscard]] std::optional<std::string> parse_symbol(std::string_view text);

/// Whether both spellings name the same share. Case is ignored, and `.` equals `-` before a share
/// class: `BRK.B` is `BRK-B`, `XYZ.WS` is `XYZ-WS` and `RCI.B.TRT` is `RCI-B.TRT`, but `TSCO.LON`
/// is not `TSCO-LON`. A share class is one letter, or one of `PR` (preferred), `RT` (right), `UN`
/// (unit), `WI` (when issued), `WS` and `WT` (warrant).
[[nodiscard]] bool same_symbol(std::string_view asked, std::string_view returned) noexcept;

/// The canonical spelling of all symbols that `same_symbol` calls equal: upper case, `-` before a
/// share class.
[[nodiscard]] std::string canonical_symbol(std::string_view symbol);

/// The exchange suffix of an upper-case symbol, such as `LON` in `TSCO.LON`: the part after the
/// last dot unless it is a share class. Empty if there is none.
[[nodiscard]] std::string_view exchange_suffix(std::string_view symbol) noexcept;

/// Whether an upper-case symbol has the form of a US listing: one to five letters, with or without
/// share classes (`IBM`, `BRK.B`, `XYZ-WS-A`).
[[nodiscard]] bool is_us_listing(std::string_view symbol) noexcept;

}  // namespace stockclient
