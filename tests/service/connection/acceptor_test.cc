#include "service/connection/acceptor.h"

#include <netinet/tcp.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/knock.h"

namespace service {
namespace {

using test_support::Knock;

class AcceptorTest : public testing::Test {
 protected:
  AcceptorTest() : acceptor_(on_any_port()) {}
  ~AcceptorTest() override {
    for (const int file : accepted_) close(file);
  }

  static ConnectionSettings on_any_port() {
    ConnectionSettings settings;
    settings.port = 0;
    return settings;
  }

  Acceptor::OnAccept count() {
    return [this](int file, const std::string& address) {
      accepted_.push_back(file);
      EXPECT_EQ(address, "127.0.0.1");
    };
  }

  Acceptor acceptor_;
  std::vector<int> accepted_;
};

TEST_F(AcceptorTest, AcceptsWaitingConnectionsUpToTheLimit) {
  const Knock one(acceptor_.port());
  const Knock two(acceptor_.port());
  const Knock three(acceptor_.port());
  EXPECT_TRUE(acceptor_.accept(2, count()));
  EXPECT_EQ(accepted_.size(), 2u);
  EXPECT_TRUE(acceptor_.accept(2, count()));
  EXPECT_EQ(accepted_.size(), 3u);
}

/// Closing the socket immediately would reset these connections.
TEST_F(AcceptorTest, CloseAcceptsEstablishedConnectionsFirst) {
  const Knock one(acceptor_.port());
  const Knock two(acceptor_.port());
  acceptor_.stop_handshakes();
  acceptor_.close(count());
  EXPECT_EQ(accepted_.size(), 2u);
  EXPECT_EQ(one.state(), TCP_ESTABLISHED);
}

TEST_F(AcceptorTest, DropsNewHandshakesOnceADrainHasBegun) {
  const Knock before(acceptor_.port());
  EXPECT_EQ(before.state(), TCP_ESTABLISHED);
  acceptor_.stop_handshakes();
  const Knock after(acceptor_.port());
  EXPECT_EQ(after.state(), TCP_SYN_SENT) << "its client tries again, later or elsewhere";
}

}  // namespace
}  // namespace service
