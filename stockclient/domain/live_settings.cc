#include "stockclient/domain/live_settings.h"

namespace stockclient {

std::chrono::nanoseconds LiveSettings::ttl(Function function) const noexcept {
  switch (function) {
    case Function::daily_series:
      return history_ttl;
    case Function::symbol_search:
      return search_ttl;
    case Function::global_quote:
    case Function::market_status:
      break;
  }
  return fresh_ttl;
}

}  // namespace stockclient
