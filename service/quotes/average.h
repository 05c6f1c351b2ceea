#pragma once
/// The average of a history's closing prices.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stockclient/domain/quote.h"

namespace service {

/// The reason why a history has no average.
enum class NoAverage : std::uint8_t {
  split,      ///< There is a split between two of the bars, so their prices cannot be compared.
  precision,  ///< A price has more than 18 digits before or 12 after the decimal point.
};

/// The enumerator's name, for the JSON member `averageReason`.
[[nodiscard]] std::string_view to_string(NoAverage reason) noexcept;

/// An average, or the reason why there is none.
struct Average {
  std::optional<std::string> value;              ///< A JSON number without superfluous zeros.
  NoAverage missing_because = NoAverage::split;  ///< Meaningful only if there is no value.
};

/// The mean of the closing prices of at least one bar, computed exactly and then rounded half away
/// from zero to four decimals. `bars` are ordered newest first. Pure, safe from any thread.
[[nodiscard]] Average average_close(std::span<const stockclient::Bar> bars);

/// Whether a split lies between two adjacent trading days, judged by unadjusted figures. The ratio
/// between the older close and the newer open (or close, if the open is unknown) must be within 5 %
/// of n:1 or 1:n for a whole number n of at least 2, and the volume must match: a split of n:1
/// multiplies the number of shares and therefore the volume, by more than 1 and at most 3n (bad
/// news that makes a price collapse multiplies it by more); a reverse split reduces the volume,
/// whereas a rally increases it. If either volume is unknown, the result is false.
[[nodiscard]] bool is_split_between(const stockclient::Bar& older, const stockclient::Bar& newer);

}  // namespace service
