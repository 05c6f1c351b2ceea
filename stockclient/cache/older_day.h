#pragma once
/// When an older trading day replaces a newer one.

#include <string>
#include <string_view>

#include "stockclient/time/boot_clock.h"

namespace stockclient {

/// Counts upstream answers for an older trading day than the known value's. The upstream alternates
/// between days now and then, so a single such answer is not believed. Three answers for the same
/// day, each at least an hour after the one before, are: then the known day was the mistake, or the
/// symbol has been given to another share.
///
/// Thread-safety: none; a plain value, guarded by its owner.
class OlderDayEvidence {
 public:
  /// Notes an answer for `day` (`YYYY-MM-DD`), received at `now`. True when that day is now to be
  /// believed.
  [[nodiscard]] bool add(std::string_view day, BootTime now);

 private:
  std::string day_;
  int agreeing_ = 0;
  BootTime last_counted_{};
};

}  // namespace stockclient
