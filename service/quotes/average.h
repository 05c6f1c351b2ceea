#pragma once
/// The mean of decimals, exact until it is rounded.

#include <optional>
#include <span>
#include <string>

#include "stockclient/domain/quote.h"

namespace service {

/// The mean of the closing prices, rounded half away from zero to four decimals, as a JSON number
/// without superfluous zeros. Empty without bars, or when a price has more digits than 18 before or
/// 12 behind the point.
[[nodiscard]] std::optional<std::string> average_close(std::span<const stockclient::Bar> bars);

}  // namespace service
