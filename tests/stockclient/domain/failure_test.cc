// The table of failures.

#include "stockclient/domain/failure.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace stockclient {
namespace {

FailureKind kind_at(std::size_t index) {
  return static_cast<FailureKind>(index);
}

TEST(FailureTable, EveryKindHasARowOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kFailureKindCount; ++i) {
    const FailureTraits& row = traits(kind_at(i));
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.name.empty());
    EXPECT_FALSE(row.code.empty()) << row.name;
    EXPECT_TRUE(row.message.ends_with('.')) << row.name;
  }
}

TEST(FailureTable, RowsAreInTheOrderOfTheKinds) {
  EXPECT_EQ(to_string(FailureKind::not_found), "not_found");
  EXPECT_EQ(to_string(FailureKind::throttled_second), "throttled_second");
  EXPECT_EQ(to_string(FailureKind::cancelled), "cancelled");
  EXPECT_EQ(to_string(FailureKind::circuit_open), "circuit_open");
  EXPECT_EQ(to_string(FailureKind::client_share_spent), "client_share_spent");
  EXPECT_EQ(to_string(FailureKind::shutting_down), "shutting_down");
}

TEST(FailureTable, ClassesAreThoseThatMetricsKnow) {
  for (std::size_t i = 0; i < kFailureKindCount; ++i) {
    const bool without_call = kind_at(i) >= FailureKind::circuit_open;
    const std::string_view answer_class = traits(kind_at(i)).answer_class;
    EXPECT_EQ(answer_class.empty(), without_call) << to_string(kind_at(i));
    if (without_call) continue;
    EXPECT_NE(std::find(kAnswerClasses.begin(), kAnswerClasses.end(), answer_class),
              kAnswerClasses.end())
        << answer_class;
  }
}

TEST(FailureTable, OnlyUpstreamAnswersAreRememberedRetriedOrFollowedByAHold) {
  for (std::size_t i = 0; i < kFailureKindCount; ++i) {
    const FailureTraits& row = traits(kind_at(i));
    if (!row.answer_class.empty()) continue;
    EXPECT_FALSE(row.is_lasting) << row.name;
    EXPECT_FALSE(row.imposes_hold) << row.name;
    EXPECT_EQ(row.retry, RetryAdvice::never) << row.name;
  }
}

TEST(RetryAdvice, AnOddAnswerIsRetriedOnceAndARefusedCertificateNever) {
  EXPECT_EQ(retry_advice({.kind = FailureKind::upstream_failure}), RetryAdvice::jittered);
  EXPECT_EQ(retry_advice({.kind = FailureKind::upstream_failure, .oddity = Oddity::unknown_form}),
            RetryAdvice::once);
  EXPECT_EQ(
      retry_advice({.kind = FailureKind::upstream_failure, .oddity = Oddity::certificate_refused}),
      RetryAdvice::never);
  EXPECT_EQ(retry_advice({.kind = FailureKind::throttled_minute, .oddity = Oddity::unknown_notice}),
            RetryAdvice::never);
}

}  // namespace
}  // namespace stockclient
