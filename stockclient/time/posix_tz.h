#pragma once
/// Time zone rules in the form in which zone files end: `EST5EDT,M3.2.0,M11.1.0`.

#include <chrono>
#include <optional>
#include <string_view>

namespace stockclient {

/// A zone's offset, and its summer time if it has one (POSIX.1-2017, 8.3 "TZ", with RFC 8536's
/// wider range of hours). Immutable.
class PosixTz {
 public:
  /// Empty when the text is no such rule, or uses the day-number forms, which no zone does.
  [[nodiscard]] static std::optional<PosixTz> parse(std::string_view text);

  /// What local clocks show more than UTC.
  [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds time) const;

 private:
  /// The `week`th (5: the last) `weekday` of `month`, at `time` by the clocks until then.
  struct Change {
    unsigned month = 1;
    unsigned week = 1;
    unsigned weekday = 0;
    std::chrono::seconds time = std::chrono::hours(2);
    [[nodiscard]] std::chrono::local_seconds in(std::chrono::year year) const;
  };
  friend class PosixTzParser;

  std::chrono::seconds standard_{0};
  std::chrono::seconds summer_{0};
  bool has_summer_ = false;
  Change to_summer_;
  Change to_standard_;
};

}  // namespace stockclient
