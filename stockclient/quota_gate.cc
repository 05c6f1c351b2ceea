#include "stockclient/quota_gate.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

QuotaGate::QuotaGate(const StockClientSettings& settings, Clocks clocks)
    : settings_(settings), clocks_(clocks) {}

std::optional<Refusal> QuotaGate::check(Purpose, const std::string&) {
  const TimePoint now = clocks_.monotonic.now();
  const std::lock_guard lock(mutex_);
  if (now < held_until_) return Refusal{hold_, held_until_};
  return std::nullopt;
}

std::optional<Refusal> QuotaGate::charge(Purpose purpose, const std::string& client) {
  return check(purpose, client);
}

TimePoint QuotaGate::hold(const Fault& fault) {
  const TimePoint until = clocks_.monotonic.now() + length_of(fault);
  const std::lock_guard lock(mutex_);
  if (until > held_until_) {
    held_until_ = until;
    hold_ = fault.hold;
  }
  return held_until_;
}

Duration QuotaGate::length_of(const Fault& fault) const {
  if (fault.hold_for) return *fault.hold_for;
  switch (fault.hold) {
    case Hold::none:
      return Duration::zero();
    case Hold::second:
      return settings_.throttle_hold_second;
    case Hold::minute:
      return settings_.throttle_hold_minute;
    case Hold::day:
      return std::chrono::hours(24);
    case Hold::misconfigured:
      return settings_.misconfigured_hold;
    case Hold::blocked:
      return settings_.blocked_hold;
  }
  return Duration::zero();
}

}  // namespace stockclient
