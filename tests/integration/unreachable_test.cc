/// An upstream that is unreachable, or replaced by another server.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/stockclient/wire/certificates.h"
#include "tests/stockclient/wire/loopback_server.h"

namespace integration {
namespace {

using stockclient::testing::Authority;
using stockclient::testing::Connection;
using stockclient::testing::LoopbackServer;
using testing::HasSubstr;
using testing::Not;

/// Listens with a full queue and accepts nothing, so that further connection attempts wait.
class FullListener {
 public:
  FullListener() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    if (::bind(listener_, generic(), size) != 0 || ::listen(listener_, 0) != 0 ||
        ::getsockname(listener_, generic(), &size) != 0) {
      ADD_FAILURE() << "cannot listen";
    }
    // More connections than any system queues for a backlog of zero.
    for (int i = 0; i < 8; ++i) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      static_cast<void>(::connect(socket, generic(), size));
      waiting_.push_back(socket);
    }
  }
  ~FullListener() {
    for (const int socket : waiting_) ::close(socket);
    ::close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
  }

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  int listener_ = -1;
  sockaddr_in address_{};
  std::vector<int> waiting_;
};

TEST(IntegrationUnreachable, ConnectTimeoutEndsAnAttemptThatCannotConnect) {
  const FullListener upstream;
  const World world({.service_args = {"--upstream-url", upstream.url(), "--connect-timeout",
                                      "100ms", "--upstream-timeout", "60s", "--max-wait", "60s",
                                      "--retry-attempts", "1"}});
  const HttpResponse response = world.quote("IBM");
  EXPECT_EQ(response.status, 504) << response.body;
  EXPECT_EQ(json::parse(response.body).at("code"), "upstream_timeout");
  EXPECT_LT(response.took, std::chrono::seconds(20));
  EXPECT_EQ(world.breaker().at("calls").at("timeout"), 1);
}

TEST(IntegrationUnreachable, ARejectedCertificateIsOneAttemptOneFailureAndAClearLogLine) {
  const auto context = Authority::self_signed({});
  const LoopbackServer upstream([](Connection& connection) { connection.hang(); }, context.get());
  World world({.service_args = {"--upstream-url", upstream.url()}, .api_key = "CANARYKEY"});
  const HttpResponse response = world.quote("IBM");
  EXPECT_EQ(response.status, 502) << response.body;
  EXPECT_EQ(json::parse(response.body).at("code"), "upstream_failure");
  EXPECT_EQ(upstream.connections(), 1);
  EXPECT_EQ(world.breaker().at("calls").at("failure"), 1);
  EXPECT_EQ(world.metric("alpha_vantage_oddities_total{kind=\"certificate_refused\"}"), 1);
  std::string log;
  ASSERT_TRUE(test_support::eventually([&] {
    log = world.service().err();
    return log.find("certificate_refused") != std::string::npos;
  })) << log;
  EXPECT_THAT(log, HasSubstr("its certificate is self-signed"));
  EXPECT_THAT(log, testing::AllOf(Not(HasSubstr("CANARYKEY")), Not(HasSubstr("apikey")),
                                  Not(HasSubstr("/query"))));
}

}  // namespace
}  // namespace integration
