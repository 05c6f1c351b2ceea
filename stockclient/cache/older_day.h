#pragma once
/// Decides when data of an older trading day may replace those of a newer one.

#include <string>
#include <string_view>

#include "stockclient/time/boot_clock.h"

namespace stockclient {

/// Counts upstream answers for an older trading day than the known value's. The upstream
/// occasionally alternates between days, so a single such answer is not believed. After three
/// answers for the same day, each at least an hour after the previous one, either the known day was
/// a mistake or the symbol has been reassigned to another share.
///
/// Thread-safety: none; a plain value, guarded by its owner.
class OlderDayEvidence {
 public:
  /// Records an answer for `day` (`YYYY-MM-DD`), received at `now`. Returns true if that day should
  /// now be believed.
  [[nodiscard]] bool add(std::string_view day, BootTime now);

 private:
  std::string day_;
  int agreeing_ = 0;
  BootTime last_counted_{};
};

}  // namespace stockclient
