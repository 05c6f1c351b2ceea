#include "tests/stockclient/wire/loopback_server.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace stockclient::testing {
namespace {

constexpr std::string_view kBlankLine = "\r\n\r\n";

/// Blocks SIGPIPE, because OpenSSL writes without MSG_NOSIGNAL. Only in this thread, so that a
/// SIGPIPE caused by the client under test still ends the test.
void block_broken_pipe_signal() noexcept {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

struct TlsDeleter {
  void operator()(SSL* tls) const noexcept { SSL_free(tls); }
};

}  // namespace

std::optional<std::string> Connection::read_request() {
  std::size_t end = buffer_.find(kBlankLine);
  while (end == std::string::npos) {
    std::array<char, 4096> chunk{};
    const auto read = tls_ == nullptr
                          ? ::recv(socket_, chunk.data(), chunk.size(), 0)
                          : SSL_read(tls_, chunk.data(), static_cast<int>(chunk.size()));
    if (read <= 0) return std::nullopt;
    buffer_.append(chunk.data(), static_cast<std::size_t>(read));
    end = buffer_.find(kBlankLine);
  }
  std::string head = buffer_.substr(0, end + kBlankLine.size());
  buffer_.erase(0, head.size());
  return head;
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ == nullptr
                          ? ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                          : SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::respond(std::string_view body, std::string_view status, std::string_view headers) {
  std::string response = "HTTP/1.1 ";
  response.append(status).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  response.append("\r\n").append(headers).append("\r\n").append(body);
  send(response);
}

void Connection::reset() noexcept {
  const linger immediately{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &immediately, sizeof(immediately));
}

void Connection::hang() {
  while (read_request()) {
  }
}

LoopbackServer::LoopbackServer(Handler handler, SSL_CTX* tls)
    : handler_(std::move(handler)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("the loopback cannot be listened on");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : open_sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : handlers_) thread.join();
  ::close(listener_);
}

std::string LoopbackServer::url() const {
  return (tls_ == nullptr ? "http://127.0.0.1:" : "https://127.0.0.1:") + std::to_string(port_);
}

void LoopbackServer::accept_all() {
  for (;;) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    if (ending_) {
      ::close(socket);
      continue;
    }
    open_sockets_.push_back(socket);
    handlers_.emplace_back([this, socket] { serve(socket); });
  }
}

void LoopbackServer::serve(int socket) {
  block_broken_pipe_signal();
  {
    std::unique_ptr<SSL, TlsDeleter> tls(tls_ == nullptr ? nullptr : SSL_new(tls_));
    if (tls) SSL_set_fd(tls.get(), socket);
    if (!tls || SSL_accept(tls.get()) == 1) {
      Connection connection(socket, tls.get());
      handler_(connection);
    }
  }
  const std::lock_guard lock(mutex_);
  open_sockets_.erase(std::find(open_sockets_.begin(), open_sockets_.end(), socket));
  ::close(socket);
}

}  // namespace stockclient::testing
