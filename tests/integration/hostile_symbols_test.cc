/// Malformed symbols are rejected and never reach the upstream.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using testing::AnyOf;

TEST(IntegrationHostileSymbols, AreRejectedWithoutAnUpstreamCall) {
  const World world;
  for (const std::string& symbol :
       {std::string("IBM%26function=X"), std::string("..%2fx"), std::string("%0d%0aX:y"),
        std::string(5000, 'A'), std::string(33, 'A'), std::string("IBM%00"), std::string("%ff%fe"),
        std::string("IBM%2526function=X"), std::string("IBM/x"), std::string("-IBM"),
        std::string("IBM%20"), std::string("%"), std::string("%4"), std::string("")}) {
    const HttpResponse response = world.quote(symbol);
    EXPECT_THAT(response.status, AnyOf(400, 404, 414)) << symbol;
    EXPECT_EQ(response.header("Content-Type"), "application/problem+json") << symbol;
    EXPECT_EQ(response.header("X"), "") << symbol;
    const json problem = json::parse(response.body);
    EXPECT_EQ(problem.at("status"), response.status) << symbol;
    EXPECT_FALSE(problem.at("code").get<std::string>().empty());
    EXPECT_EQ(problem.at("retryable"), false) << symbol;
  }
  EXPECT_EQ(world.upstream_calls(), 0);
}

TEST(IntegrationHostileSymbols, AMalformedSymbolIsAProblemThatNamesTheParameter) {
  const World world;
  const HttpResponse response = world.quote("IBM%26function=X");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(json::parse(response.body).at("parameter"), "symbol");
}

TEST(IntegrationHostileSymbols, UnusualButRealSymbolsReachTheUpstreamUnchanged) {
  const World world;
  for (const auto& [asked, upstream] :
       {std::pair{"M%26M", "M&M"}, std::pair{"fra:iqqe", "FRA:IQQE"}, std::pair{"%5EFCHI", "^FCHI"},
        std::pair{"BRK.B", "BRK.B"}}) {
    const HttpResponse response = world.quote(asked);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(json::parse(response.body).at("symbol"), upstream);
    EXPECT_EQ(world.calls().at("bySymbol").value(upstream, 0), 1) << upstream;
  }
}

}  // namespace
}  // namespace integration
