// The store's URL and its password.

#include "service/settings/store_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace service {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StoreUrl, AcceptsTheKindsOfStores) {
  for (const char* url : {"none", "sqlite:", "postgresql://db", "postgres://u:p@db:5432/quotes",
                          "postgresql:///quotes?host=/run/postgresql"})
    EXPECT_TRUE(check_store_url(url)) << url;
}

TEST(StoreUrl, RejectsOthersWithoutRepeatingThem) {
  for (const char* url : {"", "sqlite", "sqlite:/x", "postgresql://", "mysql://u:CANARY@db",
                          "postgresql://u:CANARY@db/a b", "CANARY"}) {
    const auto checked = check_store_url(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error(), HasSubstr("postgresql://"));
    EXPECT_THAT(checked.error(), Not(HasSubstr("CANARY")));
  }
}

TEST(StoreUrl, FindsAndHidesEveryPassword) {
  struct Case {
    const char* url;
    const char* shown;
  };
  for (const auto& [url, shown] : {
           Case{"postgresql://u:CANARY@db/q", "postgresql://u:***@db/q"},
           Case{"postgresql://u:CA:NA@RY@db/q", "postgresql://u:***@db/q"},
           Case{"postgresql://:CANARY@db", "postgresql://:***@db"},
           Case{"postgresql://u@db/q?password=CANARY&a=b", "postgresql://u@db/q?password=***&a=b"},
           Case{"postgresql://db?a=b&password=CANARY", "postgresql://db?a=b&password=***"},
           Case{"postgresql://db?sslpassword=CANARY", "postgresql://db?sslpassword=***"},
           Case{"postgresql://u:CANARY@db?password=CANARY2", "postgresql://u:***@db?password=***"},
       }) {
    EXPECT_TRUE(contains_password(url)) << url;
    EXPECT_EQ(without_password(url), shown);
  }
}

TEST(StoreUrl, LeavesOthersUnchanged) {
  for (const char* url : {"none", "sqlite:", "postgresql://u@db:5432/q", "postgresql://db:5432/a@b",
                          "postgresql://db/q?application_name=x:y@z"}) {
    EXPECT_FALSE(contains_password(url)) << url;
    EXPECT_EQ(without_password(url), url);
  }
}

}  // namespace
}  // namespace service
