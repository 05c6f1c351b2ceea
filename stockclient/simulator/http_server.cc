#include "stockclient/simulator/http_server.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <httplib.h>

#include "stockclient/simulator/growing_thread_pool.h"
#include "stockclient/simulator/open_connections.h"
#include "stockclient/simulator/socket_stream.h"

namespace stockclient::simulator {
namespace {

constexpr std::size_t kMaxThreads = 1024;
constexpr std::size_t kMaxBodyBytes = 64u << 10;
/// With cpp-httplib's own backlog of 5, some of the clients that connect simultaneously would wait
/// for a second.
constexpr int kListenBacklog = 4096;
/// Longer paths are not routed, because cpp-httplib routes with std::regex, which recurses for each
/// character and would overflow the stack.
constexpr std::size_t kLongestRoutedPath = 256;

/// Properties of a response that cpp-httplib does not know about.
struct PendingDelivery {
  bool handled = false;
  bool body_ignored = false;
  Delivery delivery = Delivery::whole;
  std::chrono::nanoseconds delay{};
};

/// Passed through a thread-local variable, because cpp-httplib does not tell handlers which
/// connection they serve. Each connection has its own thread.
thread_local PendingDelivery pending_delivery;

Request to_request(const httplib::Request& parsed) {
  return {.method = parsed.method,
          .target = parsed.target,
          .path = parsed.path,
          .parameters = {parsed.params.begin(), parsed.params.end()},
          .body = parsed.body};
}

void fill_response(Reply reply, httplib::Response& response) {
  response.status = reply.status;
  if (reply.delivery != Delivery::truncated || reply.body.empty()) {
    response.set_content(reply.body, reply.content_type);
    return;
  }
  const std::size_t size = reply.body.size();
  response.set_content_provider(
      size, reply.content_type,
      [body = std::move(reply.body)](std::size_t, std::size_t, httplib::DataSink& sink) {
        sink.write(body.data(), body.size() / 2);
        return false;
      });
}

}  // namespace

class HttpServer::Impl final : public httplib::Server {
 public:
  Impl(std::uint16_t port, HttpServer::Handler handler) {
    new_task_queue = [] { return new GrowingThreadPool(kMaxThreads); };
    set_tcp_nodelay(true);
    set_payload_max_length(kMaxBodyBytes);
    // cpp-httplib would set SO_REUSEPORT, which lets two servers share a port.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
      respond(request, response);
    };
    // This handler runs before cpp-httplib reads the body, and the route below after it. A request
    // without a length must not be routed, because cpp-httplib would read until the connection
    // ends.
    set_pre_routing_handler([handle](const httplib::Request& request, httplib::Response& response) {
      if (pending_delivery.body_ignored && request.method == "PUT" &&
          request.path.size() <= kLongestRoutedPath) {
        pending_delivery.body_ignored = false;
        return HandlerResponse::Unhandled;
      }
      handle(request, response);
      return HandlerResponse::Handled;
    });
    Put(".*", handle);
    fill_parser_tables();
    handler_ = std::move(handler);
    listen_on(port);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] OpenConnections& connections() noexcept { return connections_; }

  /// Replaces `httplib::Server::stop`, which has no effect before the server runs, and which waits
  /// for idle connections.
  void stop_now() {
    const socket_t listener = svr_sock_.exchange(INVALID_SOCKET);
    if (listener != INVALID_SOCKET) {
      ::shutdown(listener, SHUT_RDWR);
      ::close(listener);
    }
    connections_.shut_down_all();
  }

 private:
  /// Makes cpp-httplib handle a request, which fills its parser's static tables, before there are
  /// threads. A guard inside the library would make that safe later, too, but ThreadSanitizer
  /// cannot see it and reports a race.
  void fill_parser_tables() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    constexpr std::string_view kRequest = "GET / HTTP/1.1\r\n\r\n";
    handler_ = [](const Request&) { return Reply(); };
    if (::send(ends[0], kRequest.data(), kRequest.size(), MSG_NOSIGNAL) > 0) {
      SocketStream stream(ends[1]);
      process(*this, stream, [](httplib::Request&) {});
    }
    ::close(ends[0]);
    ::close(ends[1]);
  }

  void listen_on(std::uint16_t port) {
    const int bound =
        port == 0 ? bind_to_any_port("127.0.0.1") : (bind_to_port("127.0.0.1", port) ? port : -1);
    if (bound < 0 || ::listen(svr_sock_, kListenBacklog) != 0) {
      throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port));
    }
    port_ = static_cast<std::uint16_t>(bound);
  }

  void respond(const httplib::Request& parsed, httplib::Response& response) {
    Reply reply = handler_(to_request(parsed));
    pending_delivery.handled = true;
    pending_delivery.delivery = reply.delivery;
    pending_delivery.delay = reply.delay;
    fill_response(std::move(reply), response);
  }

  bool process_and_close_socket(socket_t socket) override {
    const bool reset = connections_.add(socket) && serve(socket);
    connections_.close(socket, reset);
    return true;
  }

  /// Serves a connection to its end. Returns whether it should end with a reset.
  bool serve(socket_t socket) {
    const auto setup = [](httplib::Request& request) {
      pending_delivery.body_ignored =
          request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
      // Without these, cpp-httplib would compress the response or send only the requested ranges.
      request.headers.erase("Accept-Encoding");
      request.ranges.clear();
    };
    SocketStream stream(socket);
    while (stream.wait_for_input()) {
      pending_delivery = {};
      const std::uint64_t releases = connections_.releases();
      const bool reusable = process(*this, stream, setup);
      const PendingDelivery delivery = pending_delivery;
      if (delivery.delay > delivery.delay.zero() && !connections_.wait(delivery.delay))
        return false;
      if (delivery.delivery == Delivery::hang) connections_.hang(socket, releases);
      if (delivery.delivery == Delivery::hang || delivery.delivery == Delivery::reset) return true;
      if (!stream.flush() || !reusable || !delivery.handled || delivery.body_ignored) return false;
    }
    return false;
  }

  /// The argument list of `process_request` differs between versions (4 arguments until 0.14, 8 in
  /// 0.18). Returns whether the connection may be used again.
  template <typename Self>
  static bool process(Self& server, SocketStream& stream,
                      const std::function<void(httplib::Request&)>& setup) {
    bool closed = false;
    bool processed = false;
    if constexpr (requires { server.process_request(stream, false, closed, setup); }) {
      processed = server.process_request(stream, false, closed, setup);
    } else {
      processed =
          server.process_request(stream, std::string(), 0, std::string(), 0, false, closed, setup);
    }
    return processed && !closed;
  }

  HttpServer::Handler handler_;
  OpenConnections connections_;
  std::uint16_t port_ = 0;
};

HttpServer::HttpServer(std::uint16_t port, Handler handler)
    : impl_(std::make_unique<Impl>(port, std::move(handler))) {}

HttpServer::~HttpServer() {
  stop();
}

std::uint16_t HttpServer::port() const noexcept {
  return impl_->port();
}

void HttpServer::run() {
  impl_->listen_after_bind();
}

void HttpServer::stop() {
  impl_->stop_now();
}

void HttpServer::reset_hung() {
  impl_->connections().release_hung();
}

std::size_t HttpServer::in_flight() const {
  return impl_->connections().waiting();
}

}  // namespace stockclient::simulator
