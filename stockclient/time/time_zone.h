#pragma once
/// IANA time zones, read from the system's zone files, since g++ 12 has none of its own and the C
/// library knows one zone a process.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stockclient/time/posix_tz.h"

namespace stockclient {

/// Immutable, so safe to use from any thread.
class TimeZone {
 public:
  /// Universal time.
  TimeZone() = default;
  /// Reads `directory/name`. `UTC` and `America/New_York` are known without any file. Empty when
  /// there is no such zone.
  [[nodiscard]] static std::optional<TimeZone> load(
      std::string_view name, const std::string& directory = "/usr/share/zoneinfo");
  /// From the bytes of a zone file (RFC 8536, version 2 or later).
  [[nodiscard]] static std::optional<TimeZone> parse(std::string_view file);

  /// What local clocks show more than UTC.
  [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds time) const;
  /// When local clocks show `local`: the first time when they do so twice; when they leap over it,
  /// as long after the leap as it would have been.
  [[nodiscard]] std::chrono::sys_seconds to_sys(std::chrono::local_seconds local) const;

 private:
  struct Transition {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset;
  };
  /// In order of time.
  std::vector<Transition> transitions_;
  std::chrono::seconds before_first_{0};
  /// What holds after the last transition; empty: the last one's offset.
  std::optional<PosixTz> afterwards_;
};

}  // namespace stockclient
