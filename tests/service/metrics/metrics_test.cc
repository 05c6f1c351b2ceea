#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::HasSubstr;
using testing::Not;

class Metrics : public ApiTest {
 protected:
  std::string page() { return body_of(get("/metrics")); }
  /// The names and labels of all samples.
  std::set<std::string> samples() {
    std::set<std::string> names;
    std::istringstream lines(page());
    for (std::string line; std::getline(lines, line);)
      if (!line.empty() && line.front() != '#') names.insert(line.substr(0, line.rfind(' ')));
    return names;
  }
  void expect_the_same(const std::set<std::string>& before) {
    const std::set<std::string> now = samples();
    for (const std::string& name : now)
      EXPECT_TRUE(before.contains(name)) << name << " was not there from the start";
    EXPECT_EQ(now.size(), before.size());
  }
};

TEST_F(Metrics, EveryFamilyOfTheContractExistsFromTheStart) {
  const std::string text = page();
  for (const char* family : {"stock_api_circuit_breaker_state",
                             "circuit_breaker_state",
                             "circuit_breaker_state_changes_total",
                             "circuit_breaker_calls_total",
                             "circuit_breaker_state_seconds_total",
                             "circuit_breaker_outage_start_timestamp_seconds",
                             "circuit_breaker_in_flight",
                             "circuit_breaker_call_duration_seconds",
                             "http_requests_total",
                             "http_request_duration_seconds",
                             "http_connections",
                             "stock_cache_requests_total",
                             "stock_cache_bytes",
                             "stock_flights_in_progress",
                             "stock_waiters",
                             "stock_refresh_queue",
                             "stock_refreshes_total",
                             "stock_answer_age_seconds",
                             "alpha_vantage_requests_total",
                             "alpha_vantage_request_duration_seconds",
                             "alpha_vantage_quota_remaining",
                             "alpha_vantage_hold_until_timestamp_seconds",
                             "alpha_vantage_held",
                             "alpha_vantage_oddities_total",
                             "retry_budget_remaining",
                             "stock_store_errors_total",
                             "log_lines_dropped_total",
                             "build_info",
                             "process_cpu_seconds_total",
                             "process_open_fds",
                             "process_resident_memory_bytes",
                             "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr("# HELP " + std::string(family) + " ")) << family;
    EXPECT_THAT(text, testing::ContainsRegex("\n" + std::string(family) + "(_bucket)?[{ ]"))
        << family;
  }
}

TEST_F(Metrics, NoLabelPairAppearsLater) {
  const std::set<std::string> before = samples();
  upstream.fails(FailureKind::upstream_failure);
  for (const char* target :
       {"/stocks/IBM", "/stocks/A", "/stocks/B", "/stocks/C", "/stocks/D", "/stocks/E", "/stocks/%",
        "/stocks?symbols=X,Y", "/search?q=x", "/markets", "/nope", "/stocks/IBM?x=1", "/health"})
    (void)get(target);
  upstream.heals();
  scheduler.advance(30s);
  (void)get("/stocks/IBM");
  expect_the_same(before);
}

TEST_F(Metrics, NoUnusualRequestAddsALabelPair) {
  admin_token = "correct-horse-battery";
  const std::set<std::string> before = samples();
  std::vector<std::string> targets{"*", "/nope", "/%", "/stocks?symbols=", "/stocks/IBM?x=1"};
  for (const Route& route : app().routes()) targets.emplace_back(route.pattern);
  for (const std::string& target : targets)
    for (const char* method : {"GET", "HEAD", "POST", "OPTIONS", "DELETE", "BREW"})
      for (const char* token : {"Bearer correct-horse-battery", "Bearer wrong"})
        (void)request(target, {{"Authorization", token}, {"If-None-Match", "*"}}, method);
  for (const ProblemCode code :
       {ProblemCode::bad_request, ProblemCode::request_timeout, ProblemCode::payload_too_large,
        ProblemCode::uri_too_long, ProblemCode::headers_too_large, ProblemCode::internal,
        ProblemCode::unsupported, ProblemCode::overloaded})
    app().pipeline().observe(HttpRequest{}, app().pipeline().reject({.code = code, .detail = "x"}),
                             0s);
  expect_the_same(before);
}

TEST_F(Metrics, TextOfACallerNeverBecomesALabel) {
  (void)get("/stocks/SECRETSYMBOL");
  (void)get("/secretpath");
  (void)request("/stocks/IBM", {}, "SECRETMETHOD");
  EXPECT_THAT(page(), Not(HasSubstr("SECRET")));
  EXPECT_THAT(page(), Not(HasSubstr("secretpath")));
  EXPECT_EQ(metric("http_requests_total{route=\"unmatched\",method=\"GET\",code=\"404\"}"), "1");
  EXPECT_EQ(metric("http_requests_total{route=\"/stocks/{symbol}\",method=\"other\",code=\"405\"}"),
            "1");
}

TEST_F(Metrics, TheStateGaugeFollowsTheBreaker) {
  EXPECT_EQ(metric("stock_api_circuit_breaker_state"), "0");
  upstream.fails(FailureKind::upstream_failure);
  for (int i = 0; i < 5; ++i) (void)get("/stocks/S" + std::to_string(i));
  EXPECT_EQ(metric("stock_api_circuit_breaker_state"), "1");
  EXPECT_EQ(metric("circuit_breaker_state{name=\"alpha_vantage\"}"), "1");
  const std::string outage =
      metric("circuit_breaker_outage_start_timestamp_seconds{name=\"alpha_vantage\"}");
  EXPECT_EQ(std::stod(outage), 1795219200) << "2026-11-21T00:00:00Z";

  upstream.heals();
  scheduler.advance(30s);
  std::string state_of_probe;
  std::string outage_of_probe;
  upstream.answers(
      [&](const stockclient::Query& query, auto, const auto&) -> stockclient::AttemptResult {
        state_of_probe = metric("stock_api_circuit_breaker_state");
        outage_of_probe =
            metric("circuit_breaker_outage_start_timestamp_seconds{name=\"alpha_vantage\"}");
        return stockclient::Data(stockclient::testing::quote_of(query.argument));
      });
  (void)get("/stocks/OK1");
  EXPECT_EQ(state_of_probe, "2");
  EXPECT_EQ(outage_of_probe, outage) << "survives half-open";
  EXPECT_EQ(metric("stock_api_circuit_breaker_state"), "0");
  EXPECT_EQ(metric("circuit_breaker_outage_start_timestamp_seconds{name=\"alpha_vantage\"}"), "0");
  EXPECT_EQ(metric("circuit_breaker_state_changes_total{name=\"alpha_vantage\",from=\"closed\","
                   "to=\"open\"}"),
            "1");
  EXPECT_EQ(metric("circuit_breaker_calls_total{name=\"alpha_vantage\",outcome=\"failure\"}"), "5");
  EXPECT_EQ(metric("circuit_breaker_state_seconds_total{name=\"alpha_vantage\",state=\"open\"}"),
            "30");
}

TEST_F(Metrics, AHoldHasAReason) {
  const auto held = [&](const std::string& reason) {
    return HasSubstr("alpha_vantage_held{reason=\"" + reason + "\"} 1\n");
  };
  EXPECT_THAT(app().metrics_page(),
              testing::Not(testing::ContainsRegex("alpha_vantage_held[^\n]* 1\n")));
  const std::vector<std::pair<FailureKind, std::string>> holds{
      {FailureKind::throttled_minute, "throttled_minute"},
      {FailureKind::throttled_day, "throttled_day"},
      {FailureKind::misconfigured, "misconfigured"},
      {FailureKind::blocked, "blocked"}};
  for (const auto& [kind, reason] : holds) {
    upstream.fails(kind);
    (void)get("/stocks/IBM");
    EXPECT_THAT(app().metrics_page(), held(reason));
    scheduler.advance(48h);
  }
}

TEST_F(Metrics, CacheResultsAndCallsAreCounted) {
  (void)get("/stocks/IBM");
  (void)get("/stocks/IBM");
  scheduler.advance(61s);
  (void)get("/stocks/IBM");
  EXPECT_EQ(metric("stock_cache_requests_total{result=\"miss\"}"), "1");
  EXPECT_EQ(metric("stock_cache_requests_total{result=\"hit\"}"), "1");
  EXPECT_EQ(metric("stock_cache_requests_total{result=\"stale\"}"), "1");
  EXPECT_EQ(metric("stock_stale_answers_total{reason=\"revalidating\"}"), "1");
  scheduler.run_ready();
  EXPECT_EQ(metric("alpha_vantage_requests_total{function=\"GLOBAL_QUOTE\",class=\"success\"}"),
            "2");
  EXPECT_EQ(metric("alpha_vantage_request_duration_seconds_count{function=\"GLOBAL_QUOTE\"}"), "2");
  EXPECT_EQ(metric("stock_answer_age_seconds_count"), "3");
  EXPECT_NE(metric("stock_cache_bytes"), "0");
}

TEST_F(Metrics, RejectionsByTheHttpLayerAreCountedAsUnmatched) {
  const HttpResponse response =
      app().pipeline().reject({.code = ProblemCode::headers_too_large, .detail = "x"});
  app().pipeline().observe(HttpRequest{}, response, 0s);
  EXPECT_EQ(metric("http_requests_total{route=\"unmatched\",method=\"other\",code=\"431\"}"), "1");
}

TEST_F(Metrics, ConnectionsAreReadAtEachScrape) {
  std::size_t open = 3;
  app().http_metrics().set_connections([&open] { return open; });
  EXPECT_EQ(metric("http_connections"), "3");
  open = 5;
  EXPECT_EQ(metric("http_connections"), "5");
}

}  // namespace
}  // namespace service
