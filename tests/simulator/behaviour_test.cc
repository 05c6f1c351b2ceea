#include "stockclient/simulator/behaviour.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "stockclient/simulator/text.h"

namespace stockclient::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string error_of(const std::string& json) {
  const auto behaviour = parse_behaviour(json);
  return behaviour ? "none" : behaviour.error();
}

TEST(SimulatorBehaviour, ReadsEveryMember) {
  const auto behaviour = parse_behaviour(
      R"({"mode":"slow","latency":"50ms","fraction":0.25,"status":503,"function":"GLOBAL_QUOTE"})");
  ASSERT_TRUE(behaviour) << behaviour.error();
  EXPECT_EQ(behaviour->mode, FaultMode::slow);
  EXPECT_EQ(behaviour->latency, 50ms);
  EXPECT_EQ(behaviour->fraction, 0.25);
  EXPECT_EQ(behaviour->status, 503);
  EXPECT_EQ(behaviour->function, "GLOBAL_QUOTE");
}

TEST(SimulatorBehaviour, KnowsEveryMode) {
  for (const std::string name :
       {"ok", "slow", "hang", "error", "reset", "garbage", "truncated", "empty", "html",
        "data-fault", "wrong-symbol", "throttle-second", "throttle-minute", "throttle-day",
        "status-429", "status-403", "bad-key", "premium", "replay"}) {
    const auto behaviour = parse_behaviour(R"({"mode":")" + name + "\"}");
    ASSERT_TRUE(behaviour) << behaviour.error();
    EXPECT_THAT(to_json(*behaviour), HasSubstr(R"("mode":")" + name + '"'));
  }
}

TEST(SimulatorBehaviour, ParsesItsOwnJson) {
  const auto behaviour =
      parse_behaviour(R"({"mode":"replay","file":"errors/x.json","function":"F"})");
  ASSERT_TRUE(behaviour);
  const auto again = parse_behaviour(to_json(*behaviour));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(to_json(*again), to_json(*behaviour));
}

TEST(SimulatorBehaviour, NamesTheInvalidMember) {
  EXPECT_THAT(error_of("{"), HasSubstr("JSON object"));
  EXPECT_THAT(error_of("[]"), HasSubstr("JSON object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("mode is missing"));
  EXPECT_THAT(error_of(R"({"mode":"broken"})"), HasSubstr("wrong-symbol"));
  EXPECT_THAT(error_of(R"({"mode":7})"), HasSubstr("mode must be one of"));
  EXPECT_THAT(error_of(R"({"mode":"ok","latency":50})"), HasSubstr("latency must be"));
  EXPECT_THAT(error_of(R"({"mode":"ok","latency":"2h"})"), HasSubstr("latency must be"));
  EXPECT_THAT(error_of(R"({"mode":"ok","fraction":1.5})"), HasSubstr("fraction must be"));
  EXPECT_THAT(error_of(R"({"mode":"ok","status":99999999999999999999})"), HasSubstr("status"));
  EXPECT_THAT(error_of(R"({"mode":"ok","status":101})"), HasSubstr("status"));
  EXPECT_THAT(error_of(R"({"mode":"replay","file":1})"), HasSubstr("file must be"));
  EXPECT_THAT(error_of(R"({"mode":"ok","function":1})"), HasSubstr("function must be"));
  EXPECT_THAT(error_of(R"({"mode":"ok","file":"x"})"), HasSubstr("replay"));
  EXPECT_THAT(error_of(R"({"mode":"ok","speed":1})"), HasSubstr("\"speed\""));
}

TEST(SimulatorBehaviour, PicksItsShareEvenly) {
  for (const double fraction : {1.0 / 3, 0.4, 0.9}) {
    EvenShare share(fraction);
    int picked = 0;
    for (int i = 1; i <= 300; ++i) {
      if (share.next()) ++picked;
      EXPECT_NEAR(picked, i * fraction, 1) << "after " << i << " of " << fraction;
    }
  }
}

TEST(SimulatorBehaviour, PicksAllOrNoneAtTheEnds) {
  EvenShare all(1.0);
  EvenShare none(0.0);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(all.next());
    EXPECT_FALSE(none.next());
  }
}

RC_GTEST_PROP(SimulatorBehaviour, DurationsEqualTheirParsedText, ()) {
  const auto microseconds = *rc::gen::inRange<std::int64_t>(0, 3'600'000'000);
  const std::chrono::nanoseconds duration = std::chrono::microseconds(microseconds);
  RC_ASSERT(parse_duration(format_duration(duration)) == duration);
}

}  // namespace
}  // namespace stockclient::simulator
