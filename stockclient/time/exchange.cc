#include "stockclient/time/exchange.h"

#include <algorithm>
#include <array>

namespace stockclient {
namespace {

using std::chrono::minutes;

constexpr minutes at(int hour, int minute) {
  return minutes(hour * 60 + minute);
}

/// Regular hours as published by the exchanges, without lunch breaks and auctions. If the hours
/// shift during the year (São Paulo), the latest close is listed: a refresh an hour too late is
/// better than one before the close.
constexpr std::array kExchanges{
    Exchange{"US", "America/New_York", at(9, 30), at(16, 0), HolidayRule::us},
    Exchange{"LON", "Europe/London", at(8, 0), at(16, 30)},
    Exchange{"TRT", "America/Toronto", at(9, 30), at(16, 0)},
    Exchange{"TRV", "America/Toronto", at(9, 30), at(16, 0)},
    Exchange{"DEX", "Europe/Berlin", at(9, 0), at(17, 30)},
    Exchange{"FRK", "Europe/Berlin", at(8, 0), at(22, 0)},
    Exchange{"PAR", "Europe/Paris", at(9, 0), at(17, 30)},
    Exchange{"AMS", "Europe/Amsterdam", at(9, 0), at(17, 30)},
    Exchange{"BSE", "Asia/Kolkata", at(9, 15), at(15, 30)},
    Exchange{"SHH", "Asia/Shanghai", at(9, 30), at(15, 0)},
    Exchange{"SHZ", "Asia/Shanghai", at(9, 30), at(15, 0)},
    Exchange{"HKG", "Asia/Hong_Kong", at(9, 30), at(16, 0)},
    Exchange{"SAO", "America/Sao_Paulo", at(10, 0), at(18, 0)},
};

constexpr const Exchange& kUs = kExchanges.front();

/// Suffixes after the separator of a US symbol: warrants, when-issued shares, units and rights. A
/// single letter is an ordinary share class.
constexpr std::array<std::string_view, 5> kLongShareClasses{"WS", "WT", "WI", "UN", "RT"};

constexpr bool is_letter(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}

bool is_us_root(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_letter);
}

bool is_share_class(std::string_view text) noexcept {
  // Preferred shares carry their series: `BAC-P-K`.
  if (text.size() == 3 && text[0] == 'P' && (text[1] == '.' || text[1] == '-')) {
    return is_letter(text[2]);
  }
  return (text.size() == 1 && is_letter(text[0])) ||
         std::find(kLongShareClasses.begin(), kLongShareClasses.end(), text) !=
             kLongShareClasses.end();
}

}  // namespace

std::span<const Exchange> exchanges() noexcept {
  return kExchanges;
}

const Exchange& us_exchange() noexcept {
  return kUs;
}

const Exchange* exchange_of(std::string_view symbol) noexcept {
  if (is_us_root(symbol)) return &kUs;
  if (const auto dot = symbol.rfind('.'); dot != std::string_view::npos && dot > 0) {
    const std::string_view suffix = symbol.substr(dot + 1);
    const auto* const listed =
        std::find_if(kExchanges.begin() + 1, kExchanges.end(),
                     [&](const Exchange& exchange) { return exchange.code == suffix; });
    if (listed != kExchanges.end()) return listed;
  }
  const auto separator = symbol.find_first_of(".-");
  if (separator == std::string_view::npos || !is_us_root(symbol.substr(0, separator)) ||
      !is_share_class(symbol.substr(separator + 1))) {
    return nullptr;
  }
  return &kUs;
}

bool is_us_fund(std::string_view symbol) noexcept {
  return symbol.size() == 5 && symbol.back() == 'X' && is_us_root(symbol);
}

}  // namespace stockclient
