#include "stockclient/time/time_zone.h"

#include <date/tz.h>
#include <exception>
#include <stdexcept>

namespace stockclient {

circuitbreaker::expected<TimeZone, std::string> TimeZone::find(std::string_view name) {
  try {
    if (date::get_tzdb().zones.empty()) throw std::runtime_error("it has no zones");
  } catch (const std::exception& error) {
    return circuitbreaker::unexpected<std::string>(
        "the system's time zone database cannot be read (is the package tzdata installed?): " +
        std::string(error.what()));
  }
  try {
    const date::time_zone* const zone = date::locate_zone(name);
    // The library reads a zone's file when the zone is first used. Using it here allows an error to
    // be reported.
    static_cast<void>(zone->get_info(date::sys_seconds{}));
    return TimeZone(*zone);
  } catch (const std::exception&) {
    // The library's own message would quote the whole name, however long it is.
    return circuitbreaker::unexpected<std::string>("no time zone of this system is called \"" +
                                                   std::string(name.substr(0, 80)) + "\"");
  }
}

const std::string& TimeZone::name() const noexcept {
  return zone_->name();
}

std::chrono::local_seconds TimeZone::to_local(std::chrono::sys_seconds time) const {
  const date::sys_seconds utc(time.time_since_epoch());
  return std::chrono::local_seconds(zone_->to_local(utc).time_since_epoch());
}

std::chrono::sys_seconds TimeZone::to_sys(std::chrono::local_seconds time) const {
  const date::local_seconds local(time.time_since_epoch());
  // `first` is the offset before a clock change or, if there is no change, the only offset.
  const std::chrono::seconds offset = zone_->get_info(local).first.offset;
  return std::chrono::sys_seconds(time.time_since_epoch() - offset);
}

}  // namespace stockclient
