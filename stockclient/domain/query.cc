#include "stockclient/domain/query.h"

namespace stockclient {

std::string_view to_string(Function function) noexcept {
  switch (function) {
    case Function::global_quote:
      return "GLOBAL_QUOTE";
    case Function::daily_series:
      return "TIME_SERIES_DAILY";
    case Function::symbol_search:
      return "SYMBOL_SEARCH";
    case Function::market_status:
      return "MARKET_STATUS";
  }
  return "";
}

}  // namespace stockclient
