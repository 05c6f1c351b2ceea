#include "stockclient/domain/quote.h"

namespace stockclient {

std::string_view trading_day_of(const Data& data) noexcept {
  if (const auto* quote = std::get_if<Quote>(&data)) {
    return quote->trading_day ? std::string_view(*quote->trading_day) : std::string_view();
  }
  const auto* series = std::get_if<DailySeries>(&data);
  return series == nullptr || series->bars.empty() ? std::string_view() : series->bars.front().date;
}

}  // namespace stockclient
