#include "tests/integration/world.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace integration {
namespace {

test_support::Command simulator_command(const WorldOptions& options) {
  return {.binary = ALPHAVANTAGE_SIMULATOR, .args = options.simulator_args};
}

test_support::Command service_command(const WorldOptions& options, std::uint16_t simulator_port) {
  test_support::Command command{.binary = STOCK_SERVICE,
                                .args = {"--port",
                                         "0",  //
                                         "--upstream-url",
                                         "http://127.0.0.1:" + std::to_string(simulator_port),  //
                                         "--quota-plan",
                                         "unlimited",  //
                                         "--market-hours",
                                         "off",  //
                                         "--quote-updates",
                                         "realtime",  //
                                         "--fresh-ttl",
                                         ms(200),  //
                                         "--upstream-timeout",
                                         ms(400),  //
                                         "--max-wait",
                                         ms(3000),  //
                                         "--open-timeout",
                                         ms(1500),  //
                                         "--drain-grace",
                                         "0s",  //
                                         "--drain-timeout",
                                         "500ms"},
                                .environment = {{"ALPHAVANTAGE_API_KEY", options.api_key}}};
  command.args.insert(command.args.end(), options.service_args.begin(), options.service_args.end());
  return command;
}

}  // namespace

std::string ms(int milliseconds) {
  return std::to_string(milliseconds * test_support::kSlowness) + "ms";
}

std::chrono::milliseconds bound(int milliseconds) {
  return std::chrono::milliseconds(milliseconds * test_support::kSlowness);
}

World::World(const WorldOptions& options)
    : simulator_(simulator_command(options)),
      simulator_port_(simulator_.wait_for_port()),
      service_(service_command(options, simulator_port_)),
      service_port_(service_.wait_for_port()) {}

World::~World() {
  for (const test_support::Process* process : {&service_, &simulator_}) {
    const std::string text = process->err();
    EXPECT_EQ(text.find("Sanitizer"), std::string::npos) << text;
    EXPECT_EQ(text.find("runtime error: "), std::string::npos) << text;
  }
}

HttpResponse World::get(std::string_view target) const {
  return test_support::http_get(service_port_, target);
}

HttpResponse World::quote(std::string_view symbol) const {
  return get("/stocks/" + std::string(symbol));
}

json World::breaker(std::string_view name) const {
  const json body = json::parse(get("/circuit-breaker").body);
  for (const json& breaker : body.at("breakers")) {
    if (breaker.at("name") == name) return breaker;
  }
  throw std::runtime_error("no breaker " + std::string(name) + " in " + body.dump());
}

std::string World::breaker_state(std::string_view name) const {
  return breaker(name).at("state").get<std::string>();
}

double World::metric(std::string_view name) const {
  const std::string text = '\n' + get("/metrics").body;
  const std::size_t at = text.find('\n' + std::string(name) + ' ');
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

void World::set_mode(const std::string& mode) const {
  const std::string body = mode.starts_with('{') ? mode : json{{"mode", mode}}.dump();
  const HttpResponse response =
      test_support::http_request(simulator_port_, "PUT", "/_control/mode", body);
  ASSERT_EQ(response.status, 200) << response.body;
}

json World::calls() const {
  return json::parse(test_support::http_get(simulator_port_, "/_control/calls").body);
}

int World::upstream_calls() const {
  return calls().at("total").get<int>();
}
int World::upstream_calls_in_flight() const {
  return calls().at("inFlight").get<int>();
}

void open_breaker(const World& world) {
  for (int i = 0; i < 10 && world.breaker_state() == "closed"; ++i) {
    static_cast<void>(world.quote("OPENER" + std::to_string(i)));
  }
  ASSERT_EQ(world.breaker_state(), "open");
}

}  // namespace integration
