// The worth of a refresh.

#include "stockclient/refresh/refresh_value.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

TEST(AskRate, LosesHalfOfItsWeightPerDay) {
  AskRate rate;
  rate.add(8, utc(2026, 10, 5, 0));
  EXPECT_DOUBLE_EQ(rate.at(utc(2026, 10, 5, 0)), 8);
  EXPECT_DOUBLE_EQ(rate.at(utc(2026, 10, 6, 0)), 4);
  rate.add(4, utc(2026, 10, 6, 0));
  EXPECT_DOUBLE_EQ(rate.at(utc(2026, 10, 8, 0)), 2);
}

TEST(RefreshValue, GrowsWithTheWeightAndTheSquareOfTheStaleness) {
  EXPECT_DOUBLE_EQ(refresh_value(2, 10s), 200);
  EXPECT_DOUBLE_EQ(refresh_value(2, 20s), 4 * refresh_value(2, 10s));
}

TEST(WeightOf, IsTheSameForRatesThatDifferALittle) {
  EXPECT_EQ(weight_of(0.95), weight_of(1.05));
  EXPECT_EQ(weight_of(4.2), 4);
  EXPECT_GT(weight_of(0), 0);
}

TEST(LeastWeight, IsTheSmallestWeightWhenNobodyWaitsTooLong) {
  const std::vector<double> weights{1, 1, 1.1};
  EXPECT_EQ(least_weight(weights, 1.2), 1);
  EXPECT_EQ(least_weight({}, 1.2), 1);
}

RC_GTEST_PROP(LeastWeight, KeepsTheLongestWaitWithinThePatience, ()) {
  std::vector<double> weights;
  for (const int exponent : *rc::gen::nonEmpty<std::vector<int>>()) {
    weights.push_back(std::exp2(exponent % 20));
  }
  const double patience = 1 + *rc::gen::inRange(5, 200) / 100.0;
  const double least = least_weight(weights, patience);
  double sum = 0;
  for (const double weight : weights) sum += std::sqrt(std::max(weight, least));
  const double wait = sum / static_cast<double>(weights.size()) / std::sqrt(least);
  RC_ASSERT(wait <= patience + 1e-6);
  RC_ASSERT(least >= *std::min_element(weights.begin(), weights.end()));
}

}  // namespace
}  // namespace stockclient::testing
