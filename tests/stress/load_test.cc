#include "tests/stress/load.h"

#include <algorithm>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stockclient/simulator/http_server.h"

namespace stress {
namespace {

using stockclient::simulator::Delivery;
using stockclient::simulator::HttpServer;
using stockclient::simulator::Reply;
using stockclient::simulator::Request;
using testing::Each;
using testing::Field;
using testing::SizeIs;
using namespace std::chrono_literals;

/// A simple server used in place of the service.
class Server {
 public:
  explicit Server(HttpServer::Handler handler)
      : server_(0, std::move(handler)), thread_([this] { server_.run(); }) {}
  ~Server() { server_.stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  HttpServer server_;
  std::jthread thread_;
};

Plan short_plan() {
  Plan plan;
  plan.seconds = 0.3;
  plan.requests_per_second = 300;
  plan.connections = 8;
  return plan;
}

std::vector<Sample> run_against(std::uint16_t port, const Plan& plan = short_plan()) {
  Recorder recorder;
  OpenLoop(plan, port, recorder).run(OpenLoop::Clock::now());
  return recorder.since(0);
}

Reply quote(const char* stale, const char* reason) {
  return {.body = std::string(R"({"stale":)") + stale + R"(,"staleReason":)" + reason + '}'};
}

TEST(StressLoad, EveryRequestEndsAsOneSample) {
  const Server server([](const Request& request) -> Reply {
    if (request.path.starts_with("/stocks/COLD")) return {.status = 503, .body = "{}"};
    return request.path == "/stocks/KNOWN3" ? quote("true", "\"throttled\"")
                                            : quote("false", "null");
  });
  const std::vector<Sample> samples = run_against(server.port());
  ASSERT_THAT(samples, SizeIs(90));
  for (const Sample& sample : samples) {
    if (!sample.known) {
      EXPECT_EQ(sample.outcome, Outcome::refused);
      EXPECT_TRUE(sample.unexplained) << "a 503 without Retry-After";
    } else {
      EXPECT_NE(sample.outcome, Outcome::refused);
      EXPECT_FALSE(sample.unexplained);
    }
  }
  EXPECT_EQ(std::count_if(samples.begin(), samples.end(), [](auto& s) { return !s.known; }), 1);
  EXPECT_EQ(std::count_if(samples.begin(), samples.end(),
                          [](auto& s) { return s.outcome == Outcome::stale; }),
            5);
}

TEST(StressLoad, AStaleResponseWithoutReasonIsUnexplained) {
  const Server server([](const Request&) { return quote("true", "null"); });
  EXPECT_THAT(run_against(server.port()), Each(Field(&Sample::unexplained, true)));
}

TEST(StressLoad, LatencyCountsFromTheScheduleWhenConnectionsAreScarce) {
  const Server server([](const Request&) {
    Reply reply = quote("false", "null");
    reply.delay = 20ms;
    return reply;
  });
  Plan plan = short_plan();
  plan.connections = 1;
  const std::vector<Sample> samples = run_against(server.port(), plan);
  ASSERT_THAT(samples, SizeIs(90));
  // The last request was due after 0.3 s, but 89 others of 20 ms each came before it.
  const auto slowest = std::max_element(samples.begin(), samples.end(),
                                        [](auto& a, auto& b) { return a.latency < b.latency; });
  EXPECT_GT(slowest->latency, 1.4);
}

TEST(StressLoad, BrokenConnectionsAndMalformedResponsesAreFailures) {
  for (const Delivery delivery : {Delivery::reset, Delivery::truncated}) {
    const Server server([delivery](const Request&) {
      Reply reply = quote("false", "null");
      reply.delivery = delivery;
      return reply;
    });
    const std::vector<Sample> samples = run_against(server.port());
    EXPECT_THAT(samples, SizeIs(90));
    EXPECT_THAT(samples, Each(Field(&Sample::outcome, Outcome::failed)));
  }
}

TEST(StressLoad, AMissingServerIsAFailureAndDoesNotHang) {
  const std::uint16_t port = HttpServer(0, [](const Request&) { return Reply(); }).port();
  const std::vector<Sample> samples = run_against(port);
  EXPECT_THAT(samples, SizeIs(90));
  EXPECT_THAT(samples, Each(Field(&Sample::outcome, Outcome::failed)));
}

}  // namespace
}  // namespace stress
