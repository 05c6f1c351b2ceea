#include "tests/support/http_client.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "stockclient/domain/ascii.h"
#include "tests/support/exchange_recorder.h"

namespace test_support {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      fail("cannot connect to port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// Appends what has arrived; false when the connection has ended.
bool receive_some(int fd, Clock::time_point deadline, std::string& bytes) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, std::max(0, static_cast<int>(left.count()))) == 0) {
    throw std::runtime_error("no whole answer in time; so far: " + bytes);
  }
  std::array<char, 16384> chunk{};
  const ssize_t count = ::recv(fd, chunk.data(), chunk.size(), 0);
  if (count < 0 && errno != EINTR) fail("cannot receive");
  if (count > 0) bytes.append(chunk.data(), static_cast<std::size_t>(count));
  return count != 0;
}

struct Head {
  HttpResponse response{};
  std::size_t size = 0;
  std::size_t content_length = 0;
};

Head parse_head(std::string_view bytes, std::size_t head_end) {
  Head head{.size = head_end + 4};
  std::string_view lines = bytes.substr(0, head_end + 2);
  if (!lines.starts_with("HTTP/1.") || lines.size() < 12) {
    throw std::runtime_error("not an HTTP answer: " + std::string(bytes));
  }
  std::from_chars(lines.data() + 9, lines.data() + 12, head.response.status);
  for (lines.remove_prefix(lines.find("\r\n") + 2); !lines.empty();) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    head.response.headers.emplace_back(line.substr(0, colon), value);
    lines.remove_prefix(end + 2);
  }
  const std::string length = head.response.header("Content-Length");
  std::from_chars(length.data(), length.data() + length.size(), head.content_length);
  return head;
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (stockclient::equal_ignoring_case(key, name)) {
      return value;
    }
  }
  return {};
}

HttpCall::HttpCall(std::uint16_t port, std::string_view method, std::string_view target,
                   std::string_view body, const Headers& headers)
    : method_(method), target_(target), started_(Clock::now()) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  text.append("Connection: close\r\n");
  for (const auto& [name, value] : headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty()) text.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
  text.append("\r\n").append(body);
  Socket socket(port);
  send_all(socket.get(), text);
  fd_ = socket.release();
}

HttpCall::HttpCall(HttpCall&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      method_(std::move(other.method_)),
      target_(std::move(other.target_)),
      started_(other.started_) {}

HttpCall::~HttpCall() {
  if (fd_ >= 0) ::close(fd_);
}

HttpResponse HttpCall::response(std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  std::string bytes;
  for (;;) {
    const bool more = receive_some(fd_, deadline, bytes);
    if (std::optional<HttpResponse> response = parse_response(bytes, method_ == "HEAD")) {
      response->took = Clock::now() - started_;
      record_exchange(method_, target_, bytes);
      return *std::move(response);
    }
    if (!more) throw std::runtime_error("the connection ended early; so far: " + bytes);
  }
}

HttpResponse http_get(std::uint16_t port, std::string_view target) {
  return HttpCall(port, "GET", target).response();
}

HttpResponse http_request(std::uint16_t port, std::string_view method, std::string_view target,
                          std::string_view body) {
  return HttpCall(port, method, target, body).response();
}

std::string exchange_raw(std::uint16_t port, std::string_view bytes,
                         std::chrono::milliseconds patience) {
  Socket socket(port);
  send_all(socket.get(), bytes);
  const auto deadline = Clock::now() + patience;
  std::string received;
  while (receive_some(socket.get(), deadline, received)) {
  }
  return received;
}

std::optional<HttpResponse> parse_response(std::string_view bytes, bool head_only) {
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return std::nullopt;
  Head head = parse_head(bytes, head_end);
  if (head_only) head.content_length = 0;
  if (bytes.size() < head.size + head.content_length) return std::nullopt;
  head.response.body = bytes.substr(head.size, head.content_length);
  return std::move(head.response);
}

}  // namespace test_support
