/// The transport against well-behaved, misbehaving and absent servers on the loopback interface.

#include "stockclient/wire/curl_transport.h"

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/stockclient/time/manual_clocks.h"
#include "tests/stockclient/wire/transport_harness.h"

namespace stockclient {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::always;
using testing::Connection;
using testing::each_request;
using testing::fault_of;
using testing::get_from;
using testing::kAmple;
using testing::LoopbackServer;
using testing::once;

TEST(CurlTransport, ReturnsStatusAndBody) {
  const LoopbackServer server(always("{\"a\": 1}", "503 Service Unavailable"));
  const TransportResult result = get_from(server);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(result->body, "{\"a\": 1}");
  EXPECT_EQ(result->retry_after, std::nullopt);
}

TEST(CurlTransport, SendsOnePlainRequest) {
  std::promise<std::string> seen;
  const LoopbackServer server([&seen](Connection& connection) {
    seen.set_value(connection.read_request().value_or(""));
    connection.respond("{}");
  });
  CurlTransport transport({.base_url = server.url() + "/prefix/", .user_agent = "tester/1"});
  ASSERT_TRUE(transport.get("/query?symbol=M%26M", kAmple, {}));
  const std::string head = seen.get_future().get();
  EXPECT_TRUE(head.starts_with("GET /prefix/query?symbol=M%26M HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("User-Agent: tester/1\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Cookie"), std::string::npos) << head;
}

TEST(CurlTransport, MakesOneConnectionForSequentialCalls) {
  const LoopbackServer server(always("{}"));
  CurlTransport transport({.base_url = server.url()});
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(transport.get("/query", kAmple, {}));
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, KeepsNoCookies) {
  std::promise<std::string> second;
  const LoopbackServer server([&second](Connection& connection) {
    connection.read_request();
    connection.respond("{}", "200 OK", "Set-Cookie: a=b\r\n");
    second.set_value(connection.read_request().value_or(""));
    connection.respond("{}");
  });
  CurlTransport transport({.base_url = server.url()});
  ASSERT_TRUE(transport.get("/query", kAmple, {}));
  ASSERT_TRUE(transport.get("/query", kAmple, {}));
  EXPECT_EQ(second.get_future().get().find("Cookie"), std::string::npos);
}

TEST(CurlTransport, MakesMoreSimultaneousCallsThanItKeepsHandles) {
  constexpr int kCalls = 8;
  std::atomic<int> arrived{0};
  std::promise<void> all_arrived;
  const auto released = all_arrived.get_future().share();
  const LoopbackServer server(each_request([&, released](Connection& connection) {
    if (++arrived == kCalls) all_arrived.set_value();
    released.wait();
    connection.respond("{}");
  }));
  CurlTransport transport({.base_url = server.url(), .handles_kept = 2});
  std::vector<std::future<TransportResult>> calls;
  calls.reserve(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    calls.push_back(std::async(std::launch::async,
                               [&transport] { return transport.get("/query", kAmple, {}); }));
  }
  for (auto& call : calls) EXPECT_EQ(fault_of(call.get()), "none: status 200");
  EXPECT_EQ(server.connections(), kCalls);
}

TEST(CurlTransport, FollowsNoRedirect) {
  const LoopbackServer server(always("{}", "302 Found", "Location: /elsewhere\r\n"));
  EXPECT_EQ(fault_of(get_from(server)), "none: status 302");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, ReportsARefusedConnection) {
  std::string url;
  { url = LoopbackServer(always("{}")).url(); }
  CurlTransport transport({.base_url = url});
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, {})), "connect");
}

TEST(CurlTransport, ReportsAnUnknownHost) {
  // No name below "invalid" ever exists (RFC 6761).
  CurlTransport transport({.base_url = "http://nowhere.invalid"});
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, {})), "dns");
}

TEST(CurlTransport, ReportsAReset) {
  const LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.reset();
  });
  EXPECT_EQ(fault_of(get_from(server)), "reset");
}

TEST(CurlTransport, ReportsATruncatedAnswer) {
  const LoopbackServer nothing(once(""));
  EXPECT_EQ(fault_of(get_from(nothing)), "reset");
  const LoopbackServer half(once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  EXPECT_EQ(fault_of(get_from(half)), "reset");
}

TEST(CurlTransport, ReportsAnAnswerThatIsNotHttp) {
  const LoopbackServer garbage(once("\x16\x03\x01 what?\r\n\r\n"));
  EXPECT_EQ(fault_of(get_from(garbage)), "other");
}

// By default libcurl repeats a request if the connection that it had kept open has died.
TEST(CurlTransport, NeverSendsARequestTwice) {
  std::atomic<int> requests{0};
  const LoopbackServer server([&requests](Connection& connection) {
    if (!connection.read_request()) return;
    ++requests;
    connection.respond("{}");
    if (!connection.read_request()) return;
    ++requests;
    connection.reset();
  });
  CurlTransport transport({.base_url = server.url()});
  ASSERT_TRUE(transport.get("/query", kAmple, {}));
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, {})), "reset");
  EXPECT_EQ(requests, 2);
}

TEST(CurlTransport, ReplacesAConnectionThatWasClosedWhileIdle) {
  const LoopbackServer server([](Connection& connection) {
    if (connection.read_request()) connection.respond("{}");
  });
  CurlTransport transport({.base_url = server.url()});
  for (int i = 1; i <= 3; ++i) {
    // The next call may be the first to notice the closed connection. It is not repeated, so it may
    // fail.
    const TransportResult result = transport.get("/query", kAmple, {});
    EXPECT_TRUE(result || result.error().fault == TransportFault::reset) << fault_of(result);
  }
  EXPECT_GE(server.connections(), 2);
}

TEST(CurlTransport, EndsACallThatIsCancelled) {
  std::promise<void> arrived;
  const LoopbackServer server([&arrived](Connection& connection) {
    connection.read_request();
    arrived.set_value();
    connection.hang();
  });
  CurlTransport transport({.base_url = server.url()});
  std::stop_source source;
  auto call = std::async(std::launch::async, [&] {
    return transport.get("/query", std::chrono::hours(1), source.get_token());
  });
  arrived.get_future().wait();
  source.request_stop();
  EXPECT_EQ(fault_of(call.get()), "cancelled");
}

TEST(CurlTransport, WorksAfterACancelledCall) {
  std::promise<void> arrived;
  std::atomic<bool> first{true};
  const LoopbackServer server([&](Connection& connection) {
    while (connection.read_request()) {
      if (!first.exchange(false)) {
        connection.respond("{}");
        continue;
      }
      arrived.set_value();
      connection.hang();
    }
  });
  CurlTransport transport({.base_url = server.url()});
  std::stop_source source;
  auto call = std::async(std::launch::async,
                         [&] { return transport.get("/query", kAmple, source.get_token()); });
  arrived.get_future().wait();
  source.request_stop();
  EXPECT_EQ(fault_of(call.get()), "cancelled");
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, {})), "none: status 200");
}

TEST(CurlTransport, MakesNoCallThatIsAlreadyCancelled) {
  const LoopbackServer server(always("{}"));
  CurlTransport transport({.base_url = server.url()});
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, source.get_token())), "cancelled");
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, MakesNoCallWithAMalformedTarget) {
  const LoopbackServer server(always("{}"));
  for (const char* target : {"", "query", "@evil.example/", "/a b", "/a\r\nX: y", "/\xC3\xA4"}) {
    EXPECT_EQ(fault_of(get_from(server, kAmple, target)), "other") << target;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, ReadsRetryAfter) {
  const LoopbackServer server(always("", "429 Too Many Requests", "retry-after: 17\r\n"));
  const TransportResult result = get_from(server);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->retry_after, seconds(17));
}

TEST(CurlTransport, DatesRetryAfterWithTheInjectedClock) {
  const LoopbackServer server(
      always("", "429 Too Many Requests", "Retry-After: Sat, 21 Nov 2026 08:00:30 GMT\r\n"));
  const circuitbreaker::ManualClock clock;
  const testing::DerivedWallClock wall(
      clock, std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(8));
  CurlTransport transport({.base_url = server.url()}, wall);
  const TransportResult result = transport.get("/query", kAmple, {});
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->retry_after, seconds(30));
}

TEST(CurlTransport, ReportsTheFinalStatus) {
  const LoopbackServer server(
      once("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
  EXPECT_EQ(fault_of(get_from(server)), "none: status 200");
}

TEST(CurlTransport, NeverQuotesTheUrlInAnError) {
  const std::string target = "/query?apikey=CANARYKEY";
  const LoopbackServer resetting([](Connection& connection) {
    connection.read_request();
    connection.reset();
  });
  const LoopbackServer garbage(once("nonsense CANARYKEY\r\n\r\n"));
  const LoopbackServer hanging([](Connection& connection) { connection.hang(); });
  for (const auto& result :
       {get_from(resetting, kAmple, target), get_from(garbage, kAmple, target),
        get_from(hanging, milliseconds(50), target), get_from(hanging, kAmple, target + "\n"),
        CurlTransport({.base_url = "http://nowhere.invalid"}).get(target, kAmple, {})}) {
    ASSERT_FALSE(result);
    for (const char* secret : {"CANARYKEY", "query", "127.0.0.1", "nowhere", "http:"}) {
      EXPECT_EQ(result.error().detail.find(secret), std::string::npos) << result.error().detail;
    }
  }
}

}  // namespace
}  // namespace stockclient
