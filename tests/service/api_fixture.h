#pragma once
/// The service without sockets: real router, handlers, metrics and stock client over a scripted
/// upstream, in manual time and without threads.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "service/front.h"
#include "service/log/upstream_log.h"
#include "service/metrics/breaker_metrics.h"
#include "service/metrics/metrics_page.h"
#include "service/metrics/process_metrics.h"
#include "service/metrics/stock_metrics.h"
#include "service/operations/admin_handlers.h"
#include "service/operations/documents.h"
#include "service/operations/status_handlers.h"
#include "service/quotes/currencies.h"
#include "service/quotes/representation.h"
#include "service/quotes/stock_handlers.h"
#include "tests/stockclient/client_fixture.h"

namespace service {

using nlohmann::json;
using stockclient::AnswerClass;
using stockclient::testing::ManualScheduler;
using stockclient::testing::ScriptedUpstream;
using namespace std::chrono_literals;  // NOLINT: a test's vocabulary

inline std::string header_of(const HttpResponse& response, std::string_view wanted) {
  std::string found;
  response.each_header([&](const std::string& name, const std::string& value) {
    if (name == wanted) found = value;
  });
  return found;
}

inline std::string body_of(const HttpResponse& response) {
  return response.body ? *response.body : std::string();
}

inline json json_of(const HttpResponse& response) {
  return json::parse(body_of(response));
}

class ApiTest : public testing::Test {
 protected:
  /// Changes to settings must come before the first request.
  stockclient::StockClientSettings settings;
  circuitbreaker::Settings breaker_settings;
  std::string admin_token;

  circuitbreaker::ManualClock clock;
  stockclient::testing::DerivedWallClock wall{
      clock, std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};
  ManualScheduler scheduler{clock};
  ScriptedUpstream upstream;
  std::vector<std::string> log_lines;
  Log log{LogLevel::debug, LogFormat::text, {}, [this](const auto& l) { log_lines.push_back(l); }};
  Lifecycle lifecycle;

  struct Api;

  Api& api() {
    if (!api_) api_ = std::make_unique<Api>(*this);
    return *api_;
  }

  /// The result of one request; its flight has not been run when it has to wait for one.
  HandlerResult start(const std::string& target, Headers headers = {},
                      const std::string& method = "GET");
  /// The response, once everything that is ready has run.
  HttpResponse request(const std::string& target, Headers headers = {},
                       const std::string& method = "GET");
  HttpResponse get(const std::string& target, Headers headers = {}) {
    return request(target, std::move(headers));
  }
  HttpResponse finish(HandlerResult result);

  circuitbreaker::CircuitBreaker& breaker();
  std::string metric(const std::string& name_and_labels);

 private:
  std::unique_ptr<Api> api_;
};

struct ApiTest::Api {
  explicit Api(ApiTest& t)
      : upstream_log(t.log, stock_metrics),
        breaker("alpha_vantage", t.breaker_settings, t.clock),
        client(t.settings, t.upstream, breaker, {t.clock, t.wall}, upstream_log, {&t.scheduler}),
        representations(t.settings.cache_bytes, currencies),
        gauges(client, stale_answers),
        breaker_metrics({&breaker}, {t.clock, t.wall}) {
    add_stock_routes(router, {.client = client,
                              .clock = t.clock,
                              .currencies = currencies,
                              .representations = representations,
                              .stale_answers = stale_answers});
    add_status_routes(router, {.alpha_vantage = breaker,
                               .client = client,
                               .clocks = {t.clock, t.wall},
                               .lifecycle = t.lifecycle,
                               .stale_answers = stale_answers,
                               .metrics_page = [this] { return page(); },
                               .started = t.clock.now()});
    add_admin_routes(
        router,
        {.breakers = {&breaker}, .token = stockclient::Secret(t.admin_token), .log = t.log});
    add_document_routes(router);
    router.add({"GET", "/test/throws", {500}, [](const auto&, const auto&) -> HandlerResult {
                  throw std::runtime_error("the handler's own words");
                }});
    http_metrics = std::make_unique<HttpMetrics>(router.routes());
    front = std::make_unique<Front>(router, *http_metrics, t.log, false);
  }

  [[nodiscard]] std::string page() const {
    return metrics_page(
        {&breaker_metrics, http_metrics.get(), &stock_metrics, &gauges, &process_metrics});
  }

  StaleAnswers stale_answers;
  StockMetrics stock_metrics;
  UpstreamLog upstream_log;
  ProcessMetrics process_metrics;
  circuitbreaker::CircuitBreaker breaker;
  stockclient::StockClient client;
  Currencies currencies{1000};
  Representations representations;
  StockGauges gauges;
  BreakerMetrics breaker_metrics;
  Router router;
  std::unique_ptr<HttpMetrics> http_metrics;
  std::unique_ptr<Front> front;
};

inline HandlerResult ApiTest::start(const std::string& target, Headers headers,
                                    const std::string& method) {
  HttpRequest request;
  request.method = method;
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.headers = std::move(headers);
  request.remote_address = "127.0.0.1";
  return api().front->handle(request);
}

inline HttpResponse ApiTest::finish(HandlerResult result) {
  if (auto* response = std::get_if<HttpResponse>(&result)) return std::move(*response);
  auto& pending = *std::get<std::unique_ptr<PendingResponse>>(result);
  bool ready = false;
  pending.when_ready([&ready] { ready = true; });
  scheduler.run_ready();
  EXPECT_TRUE(ready) << "the response is still pending";
  return ready ? pending.take() : HttpResponse();
}

inline HttpResponse ApiTest::request(const std::string& target, Headers headers,
                                     const std::string& method) {
  HttpResponse response = finish(start(target, std::move(headers), method));
  HttpRequest asked;
  asked.method = method;
  asked.path = target.substr(0, target.find('?'));
  api().front->observe(asked, response, 1ms);
  return response;
}

inline circuitbreaker::CircuitBreaker& ApiTest::breaker() {
  return api().breaker;
}

/// The value of the sample that is spelt so, `absent` when there is none.
inline std::string ApiTest::metric(const std::string& name_and_labels) {
  const std::string page = "\n" + api().page();
  const std::string start = "\n" + name_and_labels + " ";
  const std::size_t at = page.find(start);
  if (at == std::string::npos) return "absent";
  const std::size_t value = at + start.size();
  return page.substr(value, page.find('\n', value) - value);
}

}  // namespace service
