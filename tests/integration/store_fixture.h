#pragma once
/// Services with a store, in front of a simulator.

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/support/temporary_folder.h"

namespace integration {

/// A simulator, a folder and optionally a database, which outlive the services that use them.
class StoreFixture : public testing::Test {
 protected:
  std::unique_ptr<test_support::Process> start_service(const std::vector<std::string>& more = {},
                                                       const char* key = "K") {
    std::vector<std::string> args{"--port",
                                  "0",
                                  "--store-path",
                                  state(),
                                  "--fresh-ttl",
                                  "1ms",
                                  "--quota-plan",
                                  "unlimited",
                                  "--market-hours",
                                  "off",
                                  "--drain-grace",
                                  "0s",
                                  "--admin-token-file",
                                  token_file_,
                                  "--upstream-url",
                                  upstream_};
    args.insert(args.end(), more.begin(), more.end());
    test_support::Command command{
        .binary = STOCK_SERVICE, .args = std::move(args), .environment = environment_};
    command.environment.emplace_back("ALPHAVANTAGE_API_KEY", key);
    if (!wrapper_.empty()) {
      command.args.insert(command.args.begin(), command.binary);
      command.args.insert(command.args.begin(), wrapper_.begin() + 1, wrapper_.end());
      command.binary = wrapper_.front();
    }
    if (!store_url_.empty())
      command.environment.emplace_back("STOCK_SERVICE_STORE_URL", store_url_);
    return std::make_unique<test_support::Process>(command);
  }
  /// Starts the service of the test, after the previous one has ended.
  void start(const std::vector<std::string>& args = {}) {
    service_ = start_service(args);
    port_ = service_->wait_for_port();
  }
  void kill() {
    service_->signal(SIGKILL);
    ASSERT_TRUE(service_->wait_for_exit());
  }
  [[nodiscard]] HttpResponse get(const std::string& target) const {
    return test_support::http_get(port_, target);
  }
  [[nodiscard]] HttpResponse quote(const std::string& symbol) const {
    return get("/stocks/" + symbol);
  }
  [[nodiscard]] json database(const char* page, const char* list) const {
    const json body = json::parse(get(page).body);
    for (const json& entry : body.at(list))
      if (entry.at("name") == "database") return entry;
    return {};
  }
  [[nodiscard]] json health() const { return database("/health", "dependencies"); }
  [[nodiscard]] json breaker() const { return database("/circuit-breaker", "breakers"); }
  [[nodiscard]] std::string status() const {
    return json::parse(get("/health").body).at("status").get<std::string>();
  }
  void set_mode(const std::string& mode) const {
    const std::string body = json{{"mode", mode}}.dump();
    ASSERT_EQ(test_support::http_request(simulator_port_, "PUT", "/_control/mode", body).status,
              200);
  }
  [[nodiscard]] int calls_in_flight() const {
    return json::parse(test_support::http_get(simulator_port_, "/_control/calls").body)
        .at("inFlight")
        .get<int>();
  }

  [[nodiscard]] std::filesystem::path state() const { return folder_.path() / "state"; }
  [[nodiscard]] std::filesystem::path file() const { return state() / "quotes.db"; }

  const test_support::TemporaryFolder folder_;
  const std::string token_file_ = folder_.write("token", "an-operators-token");
  test_support::Process simulator_{{.binary = ALPHAVANTAGE_SIMULATOR}};
  const std::uint16_t simulator_port_ = simulator_.wait_for_port();
  const std::string upstream_ = "http://127.0.0.1:" + std::to_string(simulator_port_);
  std::string store_url_;
  /// Additional environment variables of the services.
  std::vector<std::pair<std::string, std::string>> environment_;
  /// A command that runs the service's command line, for example as another user; may be empty.
  std::vector<std::string> wrapper_;
  std::unique_ptr<test_support::Process> service_;
  std::uint16_t port_ = 0;
};

}  // namespace integration
