#include "service/operations/dependencies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/http/router.h"
#include "service/operations/breaker_log.h"
#include "service/settings/dependency_settings.h"
#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DependenciesTest : public testing::Test {
 protected:
  /// A dependency without which requests can still be answered.
  Dependency dependency() {
    return {.breaker = breaker_, .reconfigure = {}, .degradation = [] {
              return Degradation{.answers_continue = true, .text = "values are not stored"};
            }};
  }

  circuitbreaker::ManualClock clock_;
  circuitbreaker::CircuitBreaker breaker_{"database", {}, clock_};
};

TEST_F(DependenciesTest, AClosedBreakerIsOk) {
  const DependencyHealth health = assess(dependency());
  EXPECT_EQ(health.name, "database");
  EXPECT_EQ(health.status, HealthStatus::ok);
  EXPECT_EQ(health.breaker, circuitbreaker::State::closed);
  EXPECT_EQ(health.detail, "calls are let through");
  EXPECT_TRUE(health.answers_continue);
}

TEST_F(DependenciesTest, AnOpenBreakerIsDownAndItsDegradationIsNamed) {
  for (int i = 0; i < 5; ++i) breaker_.try_acquire()->failure("x");
  const DependencyHealth health = assess(dependency());
  EXPECT_EQ(health.status, HealthStatus::down);
  EXPECT_THAT(health.detail, HasSubstr("; values are not stored"));
  EXPECT_TRUE(health.answers_continue) << "requests do not need it";
}

TEST_F(DependenciesTest, ABreakerForcedOpenIsDownByAnOperator) {
  breaker_.force_open("maintenance");
  EXPECT_THAT(assess(dependency()).detail, HasSubstr("an operator"));
  EXPECT_EQ(assess(dependency()).status, HealthStatus::down);
}

TEST_F(DependenciesTest, AFailedHealthCheckIsDegraded) {
  bool healthy = false;
  circuitbreaker::HealthChecker checker([&](const auto&) { return healthy; }, breaker_, {}, clock_);
  Dependency checked = dependency();
  checked.health_check = &checker;
  EXPECT_EQ(assess(checked).status, HealthStatus::ok) << "not checked yet";
  checker.check_now();
  EXPECT_EQ(assess(checked).status, HealthStatus::degraded);
  EXPECT_THAT(assess(checked).detail, HasSubstr("health check"));
  healthy = true;
  checker.check_now();
  EXPECT_EQ(assess(checked).status, HealthStatus::ok);
}

TEST_F(DependenciesTest, AnImpairmentDegradesAndNamesTheDegradationOnlyWhenUnusable) {
  Impairment impairment{.usable = true, .text = "paused"};
  Dependency impaired = dependency();
  impaired.impairment = [&] { return std::optional(impairment); };
  impaired.remark = [] { return std::string("3 left"); };
  EXPECT_EQ(assess(impaired).status, HealthStatus::degraded);
  EXPECT_EQ(assess(impaired).detail, "paused; 3 left");
  impairment.usable = false;
  EXPECT_EQ(assess(impaired).detail, "paused; 3 left; values are not stored");
}

TEST_F(DependenciesTest, AreFoundByTheNameOfTheirBreaker) {
  const Dependencies dependencies{dependency()};
  EXPECT_EQ(find_dependency(dependencies, "database"), &dependencies.front());
  EXPECT_EQ(find_dependency(dependencies, "Database"), nullptr);
}

TEST_F(DependenciesTest, StateChangesAreLoggedAndAnOpeningIsAWarning) {
  LogLines lines;
  log_state_changes({dependency()}, lines.log);
  for (int i = 0; i < 5; ++i) breaker_.try_acquire()->failure("x");
  breaker_.reset("over");
  EXPECT_THAT(lines.all(),
              ElementsAre(AllOf(HasSubstr("warning: circuit breaker changed state name=database "
                                          "from=closed to=open"),
                                HasSubstr("consecutive_failures=5")),
                          HasSubstr("info: circuit breaker changed state name=database from=open "
                                    "to=closed reason=over")));
}

TEST_F(DependenciesTest, TheSummaryHasOneLineForEachBreakerWithItsCounts) {
  circuitbreaker::CircuitBreaker other("cache", {}, clock_);
  Dependency second = dependency();
  Dependencies dependencies{
      dependency(),
      {.breaker = other, .reconfigure = {}, .degradation = second.degradation, .fallbacks = [] {
         return std::uint64_t{7};
       }}};
  breaker_.try_acquire()->success();
  breaker_.try_acquire()->failure("x");
  LogLines lines;
  log_summary(dependencies, "host:1", lines.log);
  EXPECT_THAT(
      lines.all(),
      ElementsAre(HasSubstr("circuit breaker summary name=database state=closed mode=normal "
                            "success=1 failure=1 timeout=0 ignored=0 rejected=0 fallbacks=0 "
                            "in_flight=0 instance=host:1"),
                  AllOf(HasSubstr("name=cache"), HasSubstr("fallbacks=7"))));
}

using AppDependencies = ApiTest;

TEST_F(AppDependencies, AreTheOnesThatTheSettingsConfigure) {
  std::vector<std::string> configured;
  for (const DependencyEntry& entry : kDependencyEntries)
    if (entry.configured(settings)) configured.emplace_back(entry.name);
  std::vector<std::string> wired;
  for (const Dependency& dependency : app().dependencies())
    wired.push_back(dependency.breaker.name());
  EXPECT_EQ(wired, configured);
}

TEST_F(AppDependencies, EveryDependencyIsInStatusAdminMetricsAndReload) {
  admin_token = "correct-horse-battery";
  const json health = json_of(get("/health"))["dependencies"];
  const json breakers = json_of(get("/circuit-breaker"))["breakers"];
  ASSERT_EQ(health.size(), app().dependencies().size());
  ASSERT_EQ(breakers.size(), app().dependencies().size());
  settings.alpha_vantage.failure_threshold = 77;
  for (circuitbreaker::Settings& function : settings.functions) function.failure_threshold = 77;
  app().reconfigure(settings);
  for (std::size_t i = 0; i < app().dependencies().size(); ++i) {
    const Dependency& dependency = app().dependencies()[i];
    const std::string name = dependency.breaker.name();
    EXPECT_EQ(health[i]["name"], name);
    EXPECT_EQ(breakers[i]["name"], name);
    EXPECT_EQ(get("/circuit-breaker/" + name).status, 200);
    EXPECT_EQ(request("/circuit-breaker/" + name + "/reset",
                      {{"Authorization", "Bearer correct-horse-battery"}}, "POST")
                  .status,
              200);
    EXPECT_EQ(metric("circuit_breaker_state{name=\"" + name + "\"}"), "0");
    EXPECT_EQ(dependency.breaker.snapshot().settings.failure_threshold, 77u);
  }
}

}  // namespace
}  // namespace service
