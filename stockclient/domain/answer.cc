#include "stockclient/domain/answer.h"

namespace stockclient {

std::string_view to_string(Source source) noexcept {
  return source == Source::simulator ? "simulator" : "alpha_vantage";
}

std::string_view to_string(CacheResult result) noexcept {
  switch (result) {
    case CacheResult::hit:
      return "hit";
    case CacheResult::stale:
      return "stale";
    case CacheResult::miss:
      return "miss";
    case CacheResult::negative:
      return "negative";
  }
  return "";
}

}  // namespace stockclient
