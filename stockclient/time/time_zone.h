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
/// tzdata) once a process and keeps it until the program ends; a `TimeZone` is a pointer into it
/// and cheap to copy.
///
/// Thread-safety: immutable, so safe to use from any thread.
class TimeZone {
 public:
  /// Looks up `America/New_York` and the like. The error is one sentence that says whether the zone
  /// or the whole database is missing. Cost: the first call of a process reads the database, some
  /// milliseconds.
  [[nodiscard]] static circuitbreaker::expected<TimeZone, std::string> find(std::string_view name);

  /// The zone's name in the database.
  [[nodiscard]] const std::string& name() const noexcept;
  /// The time that local clocks show at `time`.
  [[nodiscard]] std::chrono::local_seconds to_local(std::chrono::sys_seconds time) const;
  /// When local clocks show `time`. A time that comes twice, as clocks are set back, means its
  /// first occurrence; one that clocks skip lies as far behind the change as it would without one
  /// (02:30 on the day that 02:00 becomes 03:00 is 03:30).
  [[nodiscard]] std::chrono::sys_seconds to_sys(std::chrono::local_seconds time) const;

 private:
  explicit TimeZone(const date::time_zone& zone) noexcept : zone_(&zone) {}
  const date::time_zone* zone_;
};

}  // namespace stockclient
