#include "stockclient/time/posix_tz.h"

namespace stockclient {

using namespace std::chrono;  // NOLINT: this file is about nothing else

/// Reads a rule from left to right; every step says whether it succeeded.
class PosixTzParser {
 public:
  explicit PosixTzParser(std::string_view text) : rest_(text) {}

  std::optional<PosixTz> run() {
    PosixTz tz;
    seconds west{};
    if (!name() || !time(west)) return std::nullopt;
    tz.standard_ = -west;
    if (rest_.empty()) return tz;
    tz.has_summer_ = true;
    tz.summer_ = tz.standard_ + hours(1);
    if (!name()) return std::nullopt;
    if (!rest_.starts_with(',')) {
      if (!time(west)) return std::nullopt;
      tz.summer_ = -west;
    }
    if (!change(tz.to_summer_) || !change(tz.to_standard_) || !rest_.empty()) return std::nullopt;
    return tz;
  }

 private:
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool name() {
    if (skip('<')) {
      const std::size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    std::size_t length = 0;
    while (length < rest_.size() && ((rest_[length] >= 'A' && rest_[length] <= 'Z') ||
                                     (rest_[length] >= 'a' && rest_[length] <= 'z'))) {
      ++length;
    }
    rest_.remove_prefix(length);
    return length >= 3;
  }

  bool number(unsigned least, unsigned most, unsigned& value) {
    std::size_t length = 0;
    value = 0;
    while (length < 3 && length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9') {
      value = value * 10 + static_cast<unsigned>(rest_[length] - '0');
      ++length;
    }
    rest_.remove_prefix(length);
    return length > 0 && value >= least && value <= most;
  }

  /// `[+-]h[:mm[:ss]]`.
  bool time(seconds& value) {
    const bool negative = skip('-');
    if (!negative) skip('+');
    unsigned h = 0;
    unsigned m = 0;
    unsigned s = 0;
    if (!number(0, 167, h)) return false;
    if (skip(':') && !number(0, 59, m)) return false;
    if (skip(':') && !number(0, 59, s)) return false;
    value = hours(h) + minutes(m) + seconds(s);
    if (negative) value = -value;
    return true;
  }

  /// `,Mm.w.d[/time]`.
  bool change(PosixTz::Change& change) {
    if (!skip(',') || !skip('M') || !number(1, 12, change.month) || !skip('.') ||
        !number(1, 5, change.week) || !skip('.') || !number(0, 6, change.weekday)) {
      return false;
    }
    return !skip('/') || time(change.time);
  }

  std::string_view rest_;
};

std::optional<PosixTz> PosixTz::parse(std::string_view text) {
  return PosixTzParser(text).run();
}

local_seconds PosixTz::Change::in(year in_year) const {
  const year_month year_and_month = in_year / std::chrono::month(month);
  const std::chrono::weekday day(weekday);
  if (week == 5) return local_days(year_and_month / day[last]) + time;
  return local_days(year_and_month / day[week]) + time;
}

seconds PosixTz::offset_at(sys_seconds when) const {
  if (!has_summer_) return standard_;
  const year_month_day date(floor<days>(when + standard_));
  const sys_seconds summer_begins(to_summer_.in(date.year()).time_since_epoch() - standard_);
  const sys_seconds summer_ends(to_standard_.in(date.year()).time_since_epoch() - summer_);
  // South of the equator summer spans the turn of the year.
  const bool summer = summer_begins < summer_ends ? when >= summer_begins && when < summer_ends
                                                  : when >= summer_begins || when < summer_ends;
  return summer ? summer_ : standard_;
}

}  // namespace stockclient
