#include "stockclient/cache/older_day.h"

namespace stockclient {

bool OlderDayEvidence::add(std::string_view day, BootTime now) {
  constexpr int kEnough = 3;
  constexpr std::chrono::hours kApart{1};
  if (day != day_) {
    day_ = day;
    agreeing_ = 0;
  }
  if (agreeing_ == 0 || now - last_counted_ >= kApart) {
    ++agreeing_;
    last_counted_ = now;
  }
  return agreeing_ >= kEnough;
}

}  // namespace stockclient
