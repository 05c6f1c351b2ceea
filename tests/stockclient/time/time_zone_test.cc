// Time zones and daily resets, checked against the calendar.

#include "stockclient/time/time_zone.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "stockclient/time/daily_reset.h"

namespace stockclient {
namespace {

using namespace std::chrono;  // NOLINT: a test of nothing else

sys_seconds utc(int y, unsigned m, unsigned d, int h = 0, int min = 0) {
  return sys_days(year(y) / month(m) / day(d)) + hours(h) + minutes(min);
}
local_seconds local(int y, unsigned m, unsigned d, int h = 0, int min = 0) {
  return local_days(year(y) / month(m) / day(d)) + hours(h) + minutes(min);
}

TimeZone new_york() {
  return TimeZone::find("America/New_York").value();
}

TEST(TimeZone, LocalClocksFollowDaylightSavingTime) {
  const TimeZone zone = new_york();
  EXPECT_EQ(zone.to_local(utc(2026, 3, 8, 7) - seconds(1)), local(2026, 3, 8, 2) - seconds(1));
  EXPECT_EQ(zone.to_local(utc(2026, 3, 8, 7)), local(2026, 3, 8, 3));
  EXPECT_EQ(zone.to_local(utc(2026, 11, 1, 6) - seconds(1)), local(2026, 11, 1, 2) - seconds(1));
  EXPECT_EQ(zone.to_local(utc(2026, 11, 1, 6)), local(2026, 11, 1, 1));
}

TEST(TimeZone, TheDatabaseListsTheChangesOfTheNextYears) {
  // A database without listed changes ("slim" format) would silently give times that are an hour
  // off, because the library ignores the rule at the end of a zone's file.
  EXPECT_EQ(new_york().to_local(utc(2036, 7, 1, 16)), local(2036, 7, 1, 12));
}

TEST(TimeZone, SouthernZonesAndOddOffsetsAreRight) {
  const TimeZone sydney = TimeZone::find("Australia/Sydney").value();
  EXPECT_EQ(sydney.to_local(utc(2026, 1, 1)), local(2026, 1, 1, 11));
  EXPECT_EQ(sydney.to_local(utc(2026, 7, 1)), local(2026, 7, 1, 10));
  const TimeZone kathmandu = TimeZone::find("Asia/Kathmandu").value();
  EXPECT_EQ(kathmandu.to_local(utc(2026, 1, 1)), local(2026, 1, 1, 5, 45));
  EXPECT_EQ(TimeZone::find("UTC")->to_local(utc(2026, 7, 1)), local(2026, 7, 1));
}

TEST(TimeZone, KnowsItsName) {
  EXPECT_EQ(new_york().name(), "America/New_York");
}

TEST(TimeZone, RefusesUnknownNamesWithOneSentence) {
  for (const char* name :
       {"", "/etc/passwd", "../../../etc/passwd", "No/Where", "a b", "America", "zone.tab"}) {
    const auto zone = TimeZone::find(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_NE(zone.error().find("no time zone of this system"), std::string::npos) << zone.error();
  }
  EXPECT_LT(TimeZone::find(std::string(10'000, 'x')).error().size(), 200u);
}

TEST(TimeZone, ARepeatedLocalTimeMeansTheFirstAndASkippedOneALaterTime) {
  const TimeZone zone = new_york();
  EXPECT_EQ(zone.to_sys(local(2026, 11, 1, 1, 30)), utc(2026, 11, 1, 5, 30));
  EXPECT_EQ(zone.to_sys(local(2026, 3, 8, 2, 30)), utc(2026, 3, 8, 7, 30));
  EXPECT_EQ(zone.to_sys(local(2026, 3, 8, 3, 0)), utc(2026, 3, 8, 7, 0));
  EXPECT_EQ(zone.to_sys(local(2026, 3, 8, 1, 59)), utc(2026, 3, 8, 6, 59));
  EXPECT_EQ(zone.to_sys(local(2026, 6, 1, 12, 0)), utc(2026, 6, 1, 16, 0));
}

RC_GTEST_PROP(TimeZoneProperty, InstantsSurviveConversionToLocalTimeAndBack, ()) {
  static const TimeZone zone = new_york();
  const sys_seconds t(seconds(*rc::gen::inRange<std::int64_t>(1'200'000'000, 2'100'000'000)));
  const sys_seconds back = zone.to_sys(zone.to_local(t));
  RC_ASSERT(back == t || (back == t - hours(1) && zone.to_local(back) == zone.to_local(t)));
}

DailyReset reset(const char* text) {
  return parse_daily_reset(text).value();
}

TEST(DailyReset, IsAtTheZonesMidnightInWinterAndSummer) {
  const DailyReset midnight = reset("00:00 America/New_York");
  EXPECT_EQ(midnight.last(utc(2026, 11, 21, 12)), utc(2026, 11, 21, 5));
  EXPECT_EQ(midnight.next(utc(2026, 11, 21, 12)), utc(2026, 11, 22, 5));
  EXPECT_EQ(midnight.next(utc(2026, 7, 1, 3, 59)), utc(2026, 7, 1, 4));
  EXPECT_EQ(midnight.next(utc(2026, 7, 1, 4)), utc(2026, 7, 2, 4))
      << "the reset itself belongs to the new day";
  EXPECT_EQ(midnight.last(utc(2026, 7, 1, 4)), utc(2026, 7, 1, 4));
}

TEST(DailyReset, ADayOnWhichClocksChangeIsAnHourLongerOrShorter) {
  const DailyReset midnight = reset("00:00 America/New_York");
  const auto length = [&](sys_seconds t) { return midnight.next(t) - midnight.last(t); };
  EXPECT_EQ(length(utc(2026, 3, 8, 12)), hours(23));
  EXPECT_EQ(length(utc(2026, 11, 1, 12)), hours(25));
  EXPECT_EQ(length(utc(2026, 6, 1, 12)), hours(24));
}

TEST(DailyReset, AResetThatLocalClocksSkipStillComesOnceADay) {
  const DailyReset skipped = reset("02:30 America/New_York");
  EXPECT_EQ(skipped.next(utc(2026, 3, 8, 6)), utc(2026, 3, 8, 7, 30));
  EXPECT_EQ(skipped.next(utc(2026, 3, 8, 8)), utc(2026, 3, 9, 6, 30));
}

RC_GTEST_PROP(DailyResetProperty, LastAndNextResetAreAboutADayApartAroundEveryInstant, ()) {
  static const DailyReset at = reset("02:30 America/New_York");
  const WallTime t(
      nanoseconds(*rc::gen::inRange<std::int64_t>(1'200'000'000, 4'000'000'000) * 1'000'000'000));
  const WallTime before = at.last(t);
  const WallTime after = at.next(t);
  RC_ASSERT(before <= t && t < after);
  RC_ASSERT(after - before >= hours(23) && after - before <= hours(25));
  RC_ASSERT(at.next(before) == after);
  RC_ASSERT(at.last(after - nanoseconds(1)) == before);
}

TEST(DailyReset, SaysWhatIsWrongWithAText) {
  for (const char* text : {"", "00:00", "24:00 UTC", "00:60 UTC", "0:00 UTC", "00:00 No/Where",
                           "aa:00 UTC", "00:00 ", "00.00 UTC"}) {
    const auto parsed = parse_daily_reset(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().find("allowed is"), std::string::npos);
  }
  EXPECT_NE(parse_daily_reset("00:00 No/Where").error().find("No/Where"), std::string::npos);
}

}  // namespace
}  // namespace stockclient
