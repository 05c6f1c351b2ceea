// The adapters for cpp-httplib, libcurl and prometheus-cpp.

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <prometheus/text_serializer.h>

#include "circuitbreaker/adapters/curl.h"
#include "circuitbreaker/adapters/httplib.h"
#include "circuitbreaker/adapters/prometheus.h"
#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/registry.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST(HttpStatusTest, OnlyServerErrorsAndThrottlingAreFailures) {
  for (const long status : {200L, 301L, 400L, 401L, 404L, 422L}) {
    EXPECT_EQ(assess_http_status(status).verdict, Verdict::success) << status;
  }
  for (const long status : {429L, 500L, 503L, 599L}) {
    EXPECT_EQ(assess_http_status(status, 3s).verdict, Verdict::failure) << status;
    EXPECT_EQ(assess_http_status(status, 3s).retry_after, 3s) << status;
  }
}

TEST(HttpStatusTest, RetryAfterIsReadInSeconds) {
  EXPECT_EQ(parse_retry_after_seconds("120"), 120s);
  EXPECT_EQ(parse_retry_after_seconds("0"), 0s);
  EXPECT_EQ(parse_retry_after_seconds("99999999999999999999"), 24h * 365);
  for (const char* malformed : {"", "-1", "soon", "12x", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
    EXPECT_EQ(parse_retry_after_seconds(malformed), std::nullopt) << malformed;
  }
}

class HttplibGuardTest : public ::testing::Test {
 protected:
  httplib::Response request(const httplib::Server::Handler& handler) {
    httplib::Response response;
    handler(httplib::Request(), response);
    return response;
  }
  static httplib::Server::Handler responding(int status) {
    return [status](const httplib::Request&, httplib::Response& response) {
      response.status = status;
    };
  }

  ManualClock clock;
  CircuitBreaker breaker{"data\"base", Settings::database(), clock};
};

TEST_F(HttplibGuardTest, PassesTheHandlersResponseOn) {
  const auto response = request(
      guard(breaker, [](const auto&, httplib::Response& r) { r.set_content("ok", "text/plain"); }));
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(HttplibGuardTest, ServerErrorsAreFailuresAndClientErrorsAreNot) {
  (void)request(guard(breaker, responding(503)));
  (void)request(guard(breaker, responding(404)));
  (void)request(guard(breaker, responding(429)));
  EXPECT_EQ(breaker.calls().failure, 1u);
  EXPECT_EQ(breaker.calls().success, 2u);
}

TEST_F(HttplibGuardTest, ExceptionsAreFailuresAndAreRethrown) {
  const auto handler =
      guard(breaker, [](const auto&, httplib::Response&) { throw std::runtime_error("refused"); });
  EXPECT_THROW((void)request(handler), std::runtime_error);
  EXPECT_EQ(breaker.snapshot().last_failure->reason, "refused");
}

TEST_F(HttplibGuardTest, AnOpenBreakerAnswersAProblemWithRetryAfter) {
  breaker.trip("test");
  clock.advance(500ms);
  const auto response = request(guard(breaker, responding(200)));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.get_header_value("Retry-After"), "30") << "29.5 s, rounded up";
  EXPECT_EQ(response.get_header_value("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Service Unavailable","status":503,)"
                           R"("detail":"The dependency 'data\"base' is unavailable: open"})");
}

TEST_F(HttplibGuardTest, AForcedOpeningHasNoRetryAfter) {
  breaker.force_open("test");
  const auto response = request(guard(breaker, responding(200)));
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(response.has_header("Retry-After"));
}

TEST_F(HttplibGuardTest, RefusesANullBreaker) {
  EXPECT_THROW((void)guard(std::shared_ptr<CircuitBreaker>(), responding(200)),
               std::invalid_argument);
}

TEST_F(HttplibGuardTest, KeepsASharedBreakerAlive) {
  auto shared = std::make_shared<CircuitBreaker>("shared");
  const auto handler = guard(std::move(shared), responding(200));
  EXPECT_EQ(request(handler).status, 200);
}

class GuardedClientTest : public ::testing::Test {
 protected:
  GuardedClientTest() {
    server.Get("/missing", [](const auto&, httplib::Response& r) { r.status = 404; });
    server.Get("/busy", [](const auto&, httplib::Response& r) {
      r.status = 503;
      r.set_header("Retry-After", "90");
    });
    server.Get("/slow", [](const auto&, httplib::Response&) {
      std::this_thread::sleep_for(20ms);  // longer than the deadline that a client may have kept
    });
    server.Post("/echo", [](const httplib::Request& request, httplib::Response& r) {
      r.set_content(request.body, "text/plain");
    });
    // One thread, because cpp-httplib fills static tables with its first request in a way that
    // ThreadSanitizer cannot follow.
    server.new_task_queue = [] { return new httplib::ThreadPool(1); };
    port = server.bind_to_any_port("127.0.0.1");
    serving = std::thread([this] { server.listen_after_bind(); });
    http = std::make_unique<httplib::Client>("127.0.0.1", port);
  }
  ~GuardedClientTest() override {
    while (!server.is_running()) std::this_thread::yield();
    server.stop();
    serving.join();
  }

  httplib::Server server;
  int port = 0;
  std::thread serving;
  std::unique_ptr<httplib::Client> http;
  CircuitBreaker breaker{"upstream"};
};

TEST_F(GuardedClientTest, JudgesResponsesByTheirStatus) {
  GuardedClient client(*http, breaker);
  EXPECT_EQ(client.Get("/missing")->status, 404);
  EXPECT_EQ(client.Get("/busy")->status, 503);
  EXPECT_EQ(client.Post("/echo", "hello", "text/plain")->body, "hello");
  EXPECT_EQ(breaker.calls().success, 2u);
  EXPECT_EQ(breaker.calls().failure, 1u);
}

TEST_F(GuardedClientTest, OpensForAsLongAsRetryAfterAsks) {
  Settings settings;
  settings.failure_threshold = 1;
  breaker.reconfigure(settings);
  GuardedClient client(*http, breaker);
  (void)client.Get("/busy");
  const auto rejected = client.Get("/missing");
  ASSERT_NE(rejection_of(rejected), nullptr);
  EXPECT_GT(*rejection_of(rejected)->retry_after, 60s);
}

TEST(HttplibClassifierTest, ConnectionErrorsAreFailuresAndCancelledRequestsAreIgnored) {
  EXPECT_EQ(HttplibClassifier()(httplib::Error::Connection).verdict, Verdict::failure);
  EXPECT_EQ(HttplibClassifier()(httplib::Error::Read).verdict, Verdict::failure);
  EXPECT_EQ(HttplibClassifier()(httplib::Error::Canceled).verdict, Verdict::ignored);
}

TEST(CurlClassifierTest, TellsTheDependencysErrorsFromTheCallers) {
  const auto verdict = [](CURLcode code) { return CurlClassifier()({code}).verdict; };
  for (const CURLcode code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_RECV_ERROR,
                              CURLE_GOT_NOTHING, CURLE_PEER_FAILED_VERIFICATION}) {
    EXPECT_EQ(verdict(code), Verdict::failure) << code;
  }
  for (const CURLcode code :
       {CURLE_URL_MALFORMAT, CURLE_ABORTED_BY_CALLBACK, CURLE_OUT_OF_MEMORY, CURLE_WRITE_ERROR}) {
    EXPECT_EQ(verdict(code), Verdict::ignored) << code;
  }
  EXPECT_EQ(verdict(CURLE_OPERATION_TIMEDOUT), Verdict::timeout);
}

TEST(CurlClassifierTest, JudgesResponsesByTheirStatusAndPassesRetryAfterOn) {
  EXPECT_EQ(CurlClassifier()({CURLE_OK, 404}).verdict, Verdict::success);
  const Assessment busy = CurlClassifier()({CURLE_OK, 503, 7s});
  EXPECT_EQ(busy.verdict, Verdict::failure);
  EXPECT_EQ(busy.retry_after, 7s);
}

class CurlPerformTest : public GuardedClientTest {
 protected:
  CurlPerformTest() : handle(curl_easy_init(), &curl_easy_cleanup) {
    curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
  }
  void go_to(const std::string& path) {
    const std::string url = "http://127.0.0.1:" + std::to_string(port) + path;
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  }

  std::unique_ptr<CURL, void (*)(CURL*)> handle;
};

TEST_F(CurlPerformTest, ReadsStatusAndRetryAfter) {
  go_to("/busy");
  const auto outcome = breaker.when(CurlClassifier()).call([&](const CallContext& context) {
    return perform(handle.get(), context);
  });
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, 503);
  EXPECT_EQ(outcome->retry_after, 90s);
  EXPECT_EQ(breaker.calls().failure, 1u);
}

TEST_F(CurlPerformTest, AStopRequestAbortsTheTransfer) {
  go_to("/missing");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(perform(handle.get(), {.stop = stop.get_token()}).code, CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(perform(handle.get()).status, 404) << "the handle does not keep the token";
}

TEST_F(CurlPerformTest, ADeadlineDoesNotOutliveItsTransfer) {
  go_to("/slow");
  ManualClock clock;
  (void)perform(handle.get(), {.deadline = Deadline::after(clock, 1ms)});
  EXPECT_EQ(perform(handle.get()).code, CURLE_OK);
}

TEST_F(CurlPerformTest, ADeadlineThatHasPassedIsATimeout) {
  go_to("/missing");
  ManualClock clock;
  const CallContext late{.deadline = Deadline::after(clock, 0s)};
  EXPECT_EQ(perform(handle.get(), late).code, CURLE_OPERATION_TIMEDOUT);
}

TEST(RegistryCollectorTest, ExportsEveryBreakerOfTheRegistry) {
  ManualClock clock;
  Registry registry({}, clock);
  (void)registry.get("a")->call([] {});
  registry.get("b")->trip("test");
  const RegistryCollector collector(registry, clock);
  const std::string page = prometheus::TextSerializer().Serialize(collector.Collect());
  const auto has = [&](const std::string& line) { return page.find(line) != std::string::npos; };
  EXPECT_TRUE(has(R"(circuit_breaker_state{name="a"} 0)")) << page;
  EXPECT_TRUE(has(R"(circuit_breaker_state{name="b"} 1)")) << page;
  EXPECT_TRUE(has(R"(circuit_breaker_calls_total{name="a",outcome="success"} 1)")) << page;
  EXPECT_TRUE(has(R"(circuit_breaker_state_changes_total{name="b",from="closed",to="open"} 1)"))
      << page;
  EXPECT_TRUE(has(R"(circuit_breaker_outage_start_timestamp_seconds{name="a"} 0)")) << page;
  EXPECT_FALSE(has(R"(circuit_breaker_outage_start_timestamp_seconds{name="b"} 0)")) << page;
}

}  // namespace
}  // namespace circuitbreaker
