#pragma once
/// IANA time zones.

#include <chrono>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace date {
class time_zone;
}

namespace stockclient {

/// A time zone of the system's tz database, for conversions between UTC and local time.
///
///     const auto zone = TimeZone::find("America/New_York");
///     if (!zone) return zone.error();
///     const std::chrono::local_seconds there = zone->to_local(now);
///
/// The zones belong to Howard Hinnant's date library, which reads the database (Debian's package
/// tzdata) once per process and keeps it until the program ends; a `TimeZone` is a pointer into it
/// and cheap to copy.
///
/// Thread-safety: immutable, so safe to use from any thread.
class TimeZone {
 public:
  /// Looks up a zone by a name such as `America/New_York`. The error is one sentence that says
  /// whether the zone or the whole database is missing. Cost: the first call in a process reads the
  /// database, which takes some milliseconds.
  [[nodiscard]] static circuitbreaker::expected<TimeZone, std::string> find(std::string_view name);

  /// The zone's name in the database.
  [[nodiscard]] const std::string& name() const noexcept;
  /// The time that local clocks show at `time`.
  [[nodiscard]] std::chrono::local_seconds to_local(std::chrono::sys_seconds time) const;
  /// When local clocks show `time`. If the local time occurs twice because clocks are set back, the
  /// first occurrence is returned. A local time that clocks skip is converted with the offset
  /// before the change (on a day when 02:00 becomes 03:00, 02:30 means 03:30).
  [[nodiscard]] std::chrono::sys_seconds to_sys(std::chrono::local_seconds time) const;

 private:
  explicit TimeZone(const date::time_zone& zone) noexcept : zone_(&zone) {}
  const date::time_zone* zone_;
};

}  // namespace stockclient
