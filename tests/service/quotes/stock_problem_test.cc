// The stock client's failures as problem documents.

#include "service/quotes/stock_problem.h"

#include <gtest/gtest.h>

namespace service {
namespace {

TEST(StockProblem, EveryFailureHasACodeOfTheContract) {
  for (std::size_t i = 0; i < stockclient::kFailureKindCount; ++i) {
    const auto kind = static_cast<stockclient::FailureKind>(i);
    const Problem problem = to_problem({.kind = kind}, "IBM");
    EXPECT_EQ(to_string(problem.code), traits(kind).code) << to_string(kind);
    EXPECT_EQ(problem.detail, traits(kind).message);
  }
}

}  // namespace
}  // namespace service
