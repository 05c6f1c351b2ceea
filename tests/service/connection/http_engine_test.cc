#include "service/connection/http_engine.h"

#include <gtest/gtest.h>

namespace service {
namespace {

HttpResponse answer_with(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

class HttpEngineTest : public testing::Test {
 protected:
  ScannedRequest scanned(std::string_view head) const {
    return {.method = "GET",
            .path = "/a",
            .query = {},
            .headers = {},
            .http_1_0 = false,
            .keep_alive = true,
            .forwarded = {head}};
  }

  std::string run(std::string_view head) {
    std::string out = "before";
    const auto request = scanned(head);
    const auto result = engine_.run({.scanned = request,
                                     .remote_address = address_,
                                     .keep_alive = true,
                                     .arrived = clock_.now()},
                                    out);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result));
    return out;
  }

  /// The client address that the handler sees if the peer sends `forwarded_for` in X-Forwarded-For.
  std::string client_of(std::string peer, std::string_view forwarded_for) {
    address_ = std::move(peer);
    auto request = scanned("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    request.headers = {{"X-Forwarded-For", forwarded_for}};
    std::string out;
    static_cast<void>(engine_.run({.scanned = request,
                                   .remote_address = address_,
                                   .keep_alive = true,
                                   .arrived = clock_.now()},
                                  out));
    return client_;
  }

  int handled_ = 0;
  int observed_ = 0;
  std::string client_;
  NetworkList trusted_proxies_;
  std::string address_ = "192.0.2.1";
  circuitbreaker::ManualClock clock_;
  HttpEngine engine_{{.handler =
                          [this](const HttpRequest& request) {
                            ++handled_;
                            client_ = request.client_address;
                            return answer_with("handled");
                          },
                      .format_rejection =
                          [](const RejectedRequest& rejected) {
                            return answer_with(std::string(rejected.code), rejected.status);
                          },
                      .observe = [this](const AnsweredRequest&) { ++observed_; }},
                     trusted_proxies_,
                     clock_};
};

TEST_F(HttpEngineTest, ShowsTheAddressThatATrustedProxyForwardsFor) {
  trusted_proxies_ = *NetworkList::parse("192.0.2.1");
  EXPECT_EQ(client_of("192.0.2.1", "198.51.100.9"), "198.51.100.9");
  EXPECT_EQ(client_of("192.0.2.2", "198.51.100.9"), "192.0.2.2");
}

TEST_F(HttpEngineTest, ShowsTheConnectionsAddressWhenNoProxyIsTrusted) {
  EXPECT_EQ(client_of("192.0.2.1", "198.51.100.9"), "192.0.2.1");
}

TEST_F(HttpEngineTest, AppendsTheAnswerToTheRequestItWasGiven) {
  const auto out = run("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(out.starts_with("beforeHTTP/1.1 200 OK\r\n")) << out;
  EXPECT_TRUE(out.ends_with("\r\n\r\nhandled")) << out;
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(observed_, 1);
}

/// The guard and the library should agree; if they do not, the client still gets a problem
/// document.
TEST_F(HttpEngineTest, FormatsARejectionWhenCppHttplibCannotParseTheRequest) {
  for (const std::string& head :
       {std::string("GET /a HTTP/3.0\r\nHost: a\r\n\r\n"), std::string("GET /a"), std::string(),
        "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n"}) {
    const auto out = run(head);
    EXPECT_TRUE(out.starts_with("beforeHTTP/1.1 400 Bad Request\r\n")) << out;
    EXPECT_TRUE(out.ends_with("\r\n\r\nbad_request")) << out;
  }
  EXPECT_EQ(handled_, 0);
  EXPECT_EQ(observed_, 5);
}

}  // namespace
}  // namespace service
