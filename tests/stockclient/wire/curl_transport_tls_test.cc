/// The certificates that the transport accepts, tested with our own certificate authority.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/clock.h"

#include "stockclient/stock_client.h"
#include "stockclient/wire/alpha_vantage.h"
#include "stockclient/wire/curl_transport.h"
#include "stockclient/wire/verdict.h"
#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_time.h"
#include "tests/stockclient/wire/certificates.h"
#include "tests/stockclient/wire/loopback_server.h"
#include "tests/stockclient/wire/transport_harness.h"
#include "tests/support/temporary_folder.h"

namespace stockclient {
namespace {

using std::chrono::seconds;
using testing::Authority;
using testing::Connection;
using testing::Context;
using testing::kAmple;
using testing::LoopbackServer;

class OddityObserver final : public Observer {
 public:
  void oddity_seen(Function, Oddity oddity, std::string_view detail) noexcept override {
    seen.push_back(std::string(to_string(oddity)).append(": ").append(detail));
  }
  std::vector<std::string> seen;
};

class CurlTransportTls : public ::testing::Test {
 protected:
  void SetUp() override { authority_.write_to(ca_file()); }

  [[nodiscard]] std::filesystem::path ca_file() const { return folder_.path() / "ca.pem"; }

  [[nodiscard]] AttemptResult fetch_from(const LoopbackServer& server) const {
    CurlTransport transport({.base_url = server.url(), .ca_file = ca_file().string()});
    const testing::FixedWallClock wall;
    OddityObserver observer;
    AlphaVantage upstream({.api_key = Secret("CANARYKEY")}, transport, wall, observer);
    return upstream.fetch({Function::global_quote, "ACME"}, kAmple, {});
  }

  /// Tests the path through all layers between a caller and the network.
  void expect_refused(SSL_CTX* context, const std::string& why) const {
    std::atomic<int> requests{0};
    const LoopbackServer server(
        [&requests](Connection& connection) {
          if (connection.read_request()) ++requests;
        },
        context);
    CurlTransport transport({.base_url = server.url(), .ca_file = ca_file().string()});
    OddityObserver observer;
    AlphaVantage upstream({.api_key = Secret("CANARYKEY")}, transport, system_wall_clock(),
                          observer);
    UpstreamBreakers breakers({}, circuitbreaker::steady_clock());
    const Clocks clocks = system_clocks();
    StockClient client({}, upstream, breakers, clocks, {&observer});
    const Outcome outcome =
        client.get({Function::global_quote, "ACME"}, {clocks.monotonic.now() + kAmple, {}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, FailureKind::upstream_failure);
    EXPECT_EQ(server.connections(), 1) << "one attempt";
    EXPECT_EQ(requests, 0);
    EXPECT_EQ(breakers.host().snapshot().calls.failure, 1u);
    EXPECT_FALSE(outcome.error().is_connected);
    EXPECT_EQ(breakers.host().snapshot().consecutive_failures, 1u);
    EXPECT_EQ(observer.seen,
              std::vector<std::string>{"certificate_refused: the upstream is refused: " + why});
  }

  Authority authority_;

 private:
  const test_support::TemporaryFolder folder_;
};

TEST_F(CurlTransportTls, AcceptsACertificateOfItsAuthority) {
  const Context context = authority_.issue({});
  const LoopbackServer server(
      [](Connection& connection) {
        while (connection.read_request()) connection.respond(testing::fixture("quote.json"));
      },
      context.get());
  const AttemptResult result = fetch_from(server);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(std::get<Quote>(result->data).price.text(), "121.74");
}

TEST_F(CurlTransportTls, RefusesAnExpiredCertificate) {
  expect_refused(authority_.issue({.valid_from = -3600, .valid_until = -60}).get(),
                 "its certificate has expired");
}

TEST_F(CurlTransportTls, RefusesACertificateThatIsNotValidYet) {
  expect_refused(authority_.issue({.valid_from = 600, .valid_until = 3600}).get(),
                 "its certificate is not valid yet");
}

TEST_F(CurlTransportTls, RefusesAnotherHostsCertificate) {
  expect_refused(authority_.issue({.address = "127.0.0.2"}).get(),
                 "its certificate is for another host");
}

TEST_F(CurlTransportTls, RefusesASelfSignedCertificate) {
  expect_refused(Authority::self_signed({}).get(), "its certificate is self-signed");
}

// The other authority has the same name, so only the signature reveals the difference.
TEST_F(CurlTransportTls, RefusesAnotherAuthoritysCertificate) {
  const Authority stranger;
  // libcurl reports nothing more specific about a wrong signature.
  expect_refused(stranger.issue({}).get(), "the TLS handshake failed");
}

TEST_F(CurlTransportTls, ARefusedCertificateIsAFailureThatIsNotRetried) {
  const Context context = Authority::self_signed({});
  const LoopbackServer server([](Connection& connection) { connection.hang(); }, context.get());
  const AttemptResult result = fetch_from(server);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::upstream_failure);
  EXPECT_EQ(retry_advice(result.error()), RetryAdvice::never);
  EXPECT_EQ(verdict_of(result.error().kind, false), circuitbreaker::Verdict::failure);
}

TEST_F(CurlTransportTls, RefusesAServerThatDoesNotSpeakTls) {
  const LoopbackServer plain([](Connection& connection) { connection.send("no TLS here"); });
  std::string url = plain.url();
  url.replace(0, 4, "https");
  CurlTransport transport({.base_url = url, .ca_file = ca_file().string()});
  const TransportResult result = transport.get("/query", kAmple, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, TransportFault::tls) << result.error().detail;
}

}  // namespace
}  // namespace stockclient
