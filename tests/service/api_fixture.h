#pragma once
/// The complete app with a scripted upstream, in manual time, without sockets and threads.

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

#include "service/app.h"
#include "service/log/log.h"
#include "service/request_pipeline.h"
#include "service/settings/settings_load.h"
#include "tests/service/log_lines.h"
#include "tests/stockclient/client_fixture.h"

namespace service {

using nlohmann::json;
using stockclient::FailureKind;
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
  /// The service's defaults, but without quota, store and retries. Change them before the first
  /// request.
  ServiceSettings settings = default_settings();
  std::string admin_token;

  circuitbreaker::ManualClock clock;
  stockclient::testing::DerivedWallClock wall{
      clock, std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};
  stockclient::testing::DerivedBootClock boot{clock};
  ManualScheduler scheduler{clock};
  ScriptedUpstream upstream;
  /// If set, the app calls Alpha Vantage over this transport instead of using the scripted
  /// upstream.
  stockclient::Transport* transport = nullptr;
  LogLines log_lines;
  Log& log = log_lines.log;

  /// The app. The first call creates it.
  App& app() {
    if (!app_) {
      Secrets secrets;
      secrets.api_key = stockclient::Secret("key");
      secrets.admin_token = stockclient::Secret(admin_token);
      app_ =
          std::make_unique<App>(settings, secrets, log,
                                AppOverrides{.clocks = stockclient::Clocks{clock, wall, boot},
                                             .upstream = transport == nullptr ? &upstream : nullptr,
                                             .transport = transport,
                                             .scheduler = &scheduler});
      app_->set_instance("test-instance");
    }
    return *app_;
  }

  /// Starts a request. If it needs an upstream call, the call has not run yet.
  HandlerResult start(const std::string& target, Headers headers = {},
                      const std::string& method = "GET") {
    HttpRequest request;
    request.method = method;
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    request.headers = std::move(headers);
    request.client_address = "127.0.0.1";
    return app().pipeline().handle(request);
  }

  /// The response to a request, after running everything that is ready.
  HttpResponse finish(HandlerResult result) {
    if (auto* response = std::get_if<HttpResponse>(&result)) return std::move(*response);
    auto& pending = *std::get<std::unique_ptr<PendingResponse>>(result);
    bool ready = false;
    pending.when_ready([&ready] { ready = true; });
    scheduler.run_ready();
    EXPECT_TRUE(ready) << "the response is still pending";
    return ready ? pending.take() : HttpResponse();
  }

  HttpResponse request(const std::string& target, Headers headers = {},
                       const std::string& method = "GET") {
    HttpResponse response = finish(start(target, std::move(headers), method));
    HttpRequest asked;
    asked.method = method;
    asked.path = target.substr(0, target.find('?'));
    app().pipeline().observe(asked, response, 1ms);
    return response;
  }

  HttpResponse get(const std::string& target, Headers headers = {}) {
    return request(target, std::move(headers));
  }

  circuitbreaker::CircuitBreaker& breaker() { return app().dependencies().front().breaker; }

  /// The value of the sample with exactly this name and these labels, or `absent`.
  std::string metric(const std::string& name_and_labels) {
    const std::string page = "\n" + app().metrics_page();
    const std::string start = "\n" + name_and_labels + " ";
    const std::size_t at = page.find(start);
    if (at == std::string::npos) return "absent";
    const std::size_t value = at + start.size();
    return page.substr(value, page.find('\n', value) - value);
  }

 private:
  static ServiceSettings default_settings() {
    const std::vector<std::string> arguments{"--quota-plan=unlimited", "--store-path=none",
                                             "--retry-attempts=1", "--market-hours=off"};
    return load_settings(arguments, {}).settings;
  }

  std::unique_ptr<App> app_;
};

}  // namespace service
