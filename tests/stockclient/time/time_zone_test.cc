// Zones and daily resets, against the calendar.

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

PosixTz rule(const char* text) {
  return PosixTz::parse(text).value();
}

TEST(PosixTz, NewYorkChangesOnItsSundays) {
  const PosixTz tz = rule("EST5EDT,M3.2.0,M11.1.0");
  EXPECT_EQ(tz.offset_at(utc(2026, 3, 8, 7) - seconds(1)), hours(-5));
  EXPECT_EQ(tz.offset_at(utc(2026, 3, 8, 7)), hours(-4));
  EXPECT_EQ(tz.offset_at(utc(2026, 11, 1, 6) - seconds(1)), hours(-4));
  EXPECT_EQ(tz.offset_at(utc(2026, 11, 1, 6)), hours(-5));
}

TEST(PosixTz, SouthernSummerSpansTheTurnOfTheYear) {
  const PosixTz tz = rule("AEST-10AEDT,M10.1.0,M4.1.0/3");
  EXPECT_EQ(tz.offset_at(utc(2026, 1, 1)), hours(11));
  EXPECT_EQ(tz.offset_at(utc(2026, 7, 1)), hours(10));
  EXPECT_EQ(tz.offset_at(utc(2026, 12, 31, 23)), hours(11));
}

TEST(PosixTz, ReadsQuotedNamesMinutesAndNegativeHours) {
  EXPECT_EQ(rule("<+0545>-5:45").offset_at(utc(2026, 1, 1)), hours(5) + minutes(45));
  EXPECT_EQ(rule("IST-1GMT0,M10.5.0,M3.5.0/1").offset_at(utc(2026, 1, 1)), hours(0));
  EXPECT_EQ(rule("IST-1GMT0,M10.5.0,M3.5.0/1").offset_at(utc(2026, 7, 1)), hours(1));
  const PosixTz nuuk = rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  EXPECT_EQ(nuuk.offset_at(utc(2026, 3, 29, 1) - seconds(1)), hours(-2));
  EXPECT_EQ(nuuk.offset_at(utc(2026, 3, 29, 1)), hours(-1));
}

TEST(PosixTz, RefusesWhatIsNoRule) {
  for (const char* text : {"", "E5", "EST", "EST5EDT", "EST5EDT,M13.1.0,M1.1.0", "EST5EDT,M3.2.0",
                           "EST5EDT,M3.2.7,M11.1.0", "EST5 ", "EST5EDT,J60,J300", "<EST5", "EST999",
                           "EST5:60", "EST5EDT,M3.2.0,M11.1.0x"}) {
    EXPECT_FALSE(PosixTz::parse(text)) << text;
  }
}

TEST(TimeZone, TheDefaultZoneNeedsNoFile) {
  const auto zone = TimeZone::load("America/New_York", "/nonexistent");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->offset_at(utc(2026, 7, 1)), hours(-4));
  EXPECT_EQ(TimeZone::load("UTC", "/nonexistent")->offset_at(utc(2026, 7, 1)), hours(0));
  EXPECT_FALSE(TimeZone::load("Europe/London", "/nonexistent"));
}

TEST(TimeZone, TheSystemsFilesAgreeWithTheRuleAndKnowThePast) {
  const auto zone = TimeZone::load("America/New_York");
  ASSERT_TRUE(zone);
  const PosixTz tz = rule("EST5EDT,M3.2.0,M11.1.0");
  for (sys_seconds t = utc(2007, 4, 1); t < utc(2090, 1, 1); t += hours(7 * 24 + 5)) {
    EXPECT_EQ(zone->offset_at(t), tz.offset_at(t)) << t.time_since_epoch().count();
  }
}

TEST(TimeZone, RefusesNamesThatAreNotZones) {
  for (const char* name :
       {"", "/etc/passwd", "../../../etc/passwd", "No/Where", "a b", "America"}) {
    EXPECT_FALSE(TimeZone::load(name)) << name;
  }
}

TEST(TimeZone, ALocalTimeThatComesTwiceIsTheFirstAndOneThatNeverComesIsLater) {
  const auto zone = TimeZone::load("America/New_York", "/nonexistent").value();
  EXPECT_EQ(zone.to_sys(local(2026, 11, 1, 1, 30)), utc(2026, 11, 1, 5, 30));
  EXPECT_EQ(zone.to_sys(local(2026, 3, 8, 2, 30)), utc(2026, 3, 8, 7, 30));
  EXPECT_EQ(zone.to_sys(local(2026, 3, 8, 3, 0)), utc(2026, 3, 8, 7, 0));
  EXPECT_EQ(zone.to_sys(local(2026, 3, 8, 1, 59)), utc(2026, 3, 8, 6, 59));
  EXPECT_EQ(zone.to_sys(local(2026, 6, 1, 12, 0)), utc(2026, 6, 1, 16, 0));
}

RC_GTEST_PROP(TimeZoneProperty, NoBytesCrashTheReader, (const std::string& bytes)) {
  static_cast<void>(TimeZone::parse(bytes));
  static_cast<void>(PosixTz::parse(bytes));
  // With a believable header, the counts and indices are what is made up.
  std::string file = "TZif2" + std::string(15, '\0');
  for (int i = 0; i < 6; ++i) file += std::string(4, '\0');
  file += "TZif2" + std::string(15, '\0') + bytes;
  static_cast<void>(TimeZone::parse(file));
}

RC_GTEST_PROP(TimeZoneProperty, LocalTimesOfInstantsLeadBackToThem, ()) {
  static const TimeZone zone = TimeZone::load("America/New_York", "/nonexistent").value();
  const sys_seconds t(seconds(*rc::gen::inRange<std::int64_t>(1'200'000'000, 4'000'000'000)));
  const local_seconds there((t + zone.offset_at(t)).time_since_epoch());
  const sys_seconds back = zone.to_sys(there);
  RC_ASSERT(back == t || (back == t - hours(1) && zone.offset_at(back) == hours(-4)));
}

DailyReset reset(const char* text) {
  return parse_daily_reset(text).value();
}

TEST(DailyReset, IsAtTheZonesMidnightInWinterAndSummer) {
  const DailyReset midnight = reset("00:00 America/New_York");
  EXPECT_EQ(midnight.last(utc(2026, 11, 21, 12)), utc(2026, 11, 21, 5));
  EXPECT_EQ(midnight.next(utc(2026, 11, 21, 12)), utc(2026, 11, 22, 5));
  EXPECT_EQ(midnight.next(utc(2026, 7, 1, 3, 59)), utc(2026, 7, 1, 4));
  EXPECT_EQ(midnight.next(utc(2026, 7, 1, 4)), utc(2026, 7, 2, 4)) << "a reset is over at once";
  EXPECT_EQ(midnight.last(utc(2026, 7, 1, 4)), utc(2026, 7, 1, 4));
}

TEST(DailyReset, DaysOfChangeHaveAnHourMoreOrLess) {
  const DailyReset midnight = reset("00:00 America/New_York");
  const auto length = [&](sys_seconds t) { return midnight.next(t) - midnight.last(t); };
  EXPECT_EQ(length(utc(2026, 3, 8, 12)), hours(23));
  EXPECT_EQ(length(utc(2026, 11, 1, 12)), hours(25));
  EXPECT_EQ(length(utc(2026, 6, 1, 12)), hours(24));
}

TEST(DailyReset, ATimeThatIsLeaptOverStillComesOnceADay) {
  const DailyReset leapt = reset("02:30 America/New_York");
  EXPECT_EQ(leapt.next(utc(2026, 3, 8, 6)), utc(2026, 3, 8, 7, 30));
  EXPECT_EQ(leapt.next(utc(2026, 3, 8, 8)), utc(2026, 3, 9, 6, 30));
}

RC_GTEST_PROP(DailyResetProperty, LastAndNextEncloseEveryInstantByAboutADay, ()) {
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
}

}  // namespace
}  // namespace stockclient
