#include "stockclient/domain/figure.h"

namespace stockclient {

std::string_view to_string(Figure figure) noexcept {
  switch (figure) {
    case Figure::symbol:
      return "symbol";
    case Figure::price:
      return "price";
    case Figure::open:
      return "open";
    case Figure::high:
      return "high";
    case Figure::low:
      return "low";
    case Figure::close:
      return "close";
    case Figure::volume:
      return "volume";
    case Figure::trading_day:
      return "trading_day";
    case Figure::previous_close:
      return "previous_close";
    case Figure::change:
      return "change";
    case Figure::change_percent:
      return "change_percent";
    case Figure::date:
      return "date";
    case Figure::score:
      return "score";
    case Figure::description:
      return "description";
    case Figure::market:
      return "market";
    case Figure::form:
      return "form";
  }
  return "";
}

}  // namespace stockclient
