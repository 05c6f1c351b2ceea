#include "service/http/body_stream.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace service {
namespace {

TEST(BodyStream, HandsOverEverythingThatWasPushedInOrder) {
  BodyStream stream(100);
  EXPECT_TRUE(stream.push("one "));
  EXPECT_TRUE(stream.push("two"));
  const auto part = stream.take();
  EXPECT_EQ(part.bytes, "one two");
  EXPECT_FALSE(part.ended);
  EXPECT_EQ(stream.take().bytes, "");
}

TEST(BodyStream, EndsWithTheBytesThatWerePushedBefore) {
  BodyStream stream(100);
  EXPECT_TRUE(stream.push("last"));
  stream.end();
  EXPECT_FALSE(stream.is_open());
  EXPECT_FALSE(stream.push("more"));
  const auto part = stream.take();
  EXPECT_EQ(part.bytes, "last");
  EXPECT_TRUE(part.ended);
}

TEST(BodyStream, CountsBytesThatTheSocketHasNotTakenAgainstTheBound) {
  BodyStream stream(10);
  EXPECT_TRUE(stream.push("0123456789"));
  EXPECT_EQ(stream.take().bytes.size(), 10U);
  // The bytes are taken but not yet sent: sending ends with the next `take`.
  EXPECT_EQ(stream.take().bytes, "");
  EXPECT_TRUE(stream.push("0123456789"));
  EXPECT_EQ(stream.take().bytes.size(), 10U);
  EXPECT_FALSE(stream.push("x"));
  EXPECT_FALSE(stream.is_open());
  const auto part = stream.take();
  EXPECT_TRUE(part.overflowed);
  EXPECT_FALSE(part.ended);
  EXPECT_EQ(part.bytes, "");
}

TEST(BodyStream, AcceptsNothingOnceItIsClosed) {
  BodyStream stream(100);
  EXPECT_TRUE(stream.push("unsent"));
  stream.close();
  EXPECT_FALSE(stream.is_open());
  EXPECT_FALSE(stream.push("more"));
  EXPECT_EQ(stream.take().bytes, "");
}

TEST(BodyStream, AnnouncesOnceUntilItsBytesAreTaken) {
  BodyStream stream(100);
  int announced = 0;
  EXPECT_TRUE(stream.push("before"));
  stream.attach([&announced] { ++announced; });
  EXPECT_EQ(announced, 0);
  EXPECT_EQ(stream.take().bytes, "before");
  EXPECT_TRUE(stream.push("a"));
  EXPECT_TRUE(stream.push("b"));
  EXPECT_EQ(announced, 1) << "a mailbox must not fill up with announcements";
  EXPECT_EQ(stream.take().bytes, "ab");
  stream.end();
  EXPECT_EQ(announced, 2);
}

TEST(BodyStream, AnnouncesAnOverflowEvenBehindAnotherAnnouncement) {
  BodyStream stream(1);
  int announced = 0;
  stream.attach([&announced] { ++announced; });
  EXPECT_TRUE(stream.push("a"));
  EXPECT_FALSE(stream.push("b"));
  EXPECT_EQ(announced, 2);
  EXPECT_TRUE(stream.is_overflowed());
}

TEST(BodyStream, LosesNothingOfSeveralProducers) {
  constexpr int kProducers = 4;
  constexpr int kPushes = 2000;
  BodyStream stream(kProducers * kPushes);
  std::atomic<bool> announced = false;
  stream.attach([&announced] {
    announced = true;
    announced.notify_one();
  });
  std::vector<std::thread> producers;
  for (int i = 0; i < kProducers; ++i) {
    producers.emplace_back([&stream] {
      for (int push = 0; push < kPushes; ++push) EXPECT_TRUE(stream.push("x"));
    });
  }
  std::size_t taken = 0;
  while (taken < std::size_t{kProducers} * kPushes) {
    announced.wait(false);
    announced = false;
    taken += stream.take().bytes.size();
  }
  for (auto& producer : producers) producer.join();
  EXPECT_EQ(taken, std::size_t{kProducers} * kPushes);
}

}  // namespace
}  // namespace service
