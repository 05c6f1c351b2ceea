#pragma once
/// Determines the stock exchange of a symbol, and that exchange's regular hours.

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace stockclient {

/// The holiday calendar of an exchange.
enum class HolidayRule : std::uint8_t {
  /// No holidays are known in advance. The refresh planner detects one when no data are published.
  unknown,
  /// The holidays and early closes of the US exchanges.
  us,
};

/// An exchange's regular hours: a row of a constant table, never destroyed and safe from any
/// thread.
struct Exchange {
  /// `US`, or the upstream's symbol suffix, such as `LON`.
  std::string_view code;
  /// The exchange's time zone, an IANA name.
  std::string_view zone;
  /// When trading opens, counted from local midnight.
  std::chrono::minutes opens;
  /// When trading closes, counted from local midnight.
  std::chrono::minutes closes;
  /// The source of its holidays.
  HolidayRule holidays = HolidayRule::unknown;
};

/// Every exchange whose hours are known.
[[nodiscard]] std::span<const Exchange> exchanges() noexcept;
/// The row of the US exchanges, whose symbols have no suffix.
[[nodiscard]] const Exchange& us_exchange() noexcept;

/// The exchange on which `symbol` (validated, upper-case) trades. Null if its hours are unknown, as
/// for indices (`^FCHI`), currencies and unrecognised suffixes.
///
/// US symbols are one to five letters, with or without a share class (`IBM`, `BRK.B`, `XYZ-WS`);
/// others carry the upstream's suffix (`TSCO.LON`).
[[nodiscard]] const Exchange* exchange_of(std::string_view symbol) noexcept;

/// Whether `symbol` is a US mutual fund: five letters that end in X. Funds publish their net asset
/// value later than shares publish their close.
[[nodiscard]] bool is_us_fund(std::string_view symbol) noexcept;

}  // namespace stockclient
