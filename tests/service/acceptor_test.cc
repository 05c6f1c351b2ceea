#include "service/connection/acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace service {
namespace {

/// A client that has asked for a connection and waits for nothing.
class Client {
 public:
  explicit Client(std::uint16_t port)
      : file_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ~Client() { close(file_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// TCP_ESTABLISHED, TCP_SYN_SENT, ... Over the loopback a handshake is done when connect returns.
  [[nodiscard]] int state() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    getsockopt(file_, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_state;
  }

 private:
  int file_;
};

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

TEST_F(AcceptorTest, AcceptsWhatIsThereUpToTheLimit) {
  const Client one(acceptor_.port());
  const Client two(acceptor_.port());
  const Client three(acceptor_.port());
  EXPECT_TRUE(acceptor_.accept(2, count()));
  EXPECT_EQ(accepted_.size(), 2u);
  EXPECT_TRUE(acceptor_.accept(2, count()));
  EXPECT_EQ(accepted_.size(), 3u);
}

/// To close the socket alone would reset them.
TEST_F(AcceptorTest, WhoHasConnectedIsAcceptedBeforeItCloses) {
  const Client one(acceptor_.port());
  const Client two(acceptor_.port());
  acceptor_.stop_handshakes();
  acceptor_.close(count());
  EXPECT_EQ(accepted_.size(), 2u);
  EXPECT_EQ(one.state(), TCP_ESTABLISHED);
}

TEST_F(AcceptorTest, NoHandshakeBeginsOnceTheyAreStopped) {
  const Client before(acceptor_.port());
  EXPECT_EQ(before.state(), TCP_ESTABLISHED);
  acceptor_.stop_handshakes();
  const Client after(acceptor_.port());
  EXPECT_EQ(after.state(), TCP_SYN_SENT) << "its client tries again, later or elsewhere";
}

}  // namespace
}  // namespace service
