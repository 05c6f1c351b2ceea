#include "service/httplib_server.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <httplib.h>

#include "service/problem.h"

namespace service {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The stock pool, told about: one task is one connection.
class CountingPool final : public httplib::TaskQueue {
 public:
  CountingPool(std::size_t threads, std::function<void(int)> count)
      : pool_(threads), count_(std::move(count)) {}
  void enqueue(std::function<void()> task) override {
    count_(1);
    pool_.enqueue([this, task = std::move(task)] {
      task();
      count_(-1);
    });
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  httplib::ThreadPool pool_;
  std::function<void(int)> count_;
};

HttpRequest to_request(const httplib::Request& from) {
  HttpRequest request;
  request.method = from.method;
  // As sent: from.path is decoded already.
  const std::size_t question = from.target.find('?');
  request.path = from.target.substr(0, question);
  if (question != std::string::npos) request.query = from.target.substr(question + 1);
  for (const auto& [name, value] : from.headers)
    if (name != "REMOTE_ADDR" && name != "REMOTE_PORT" && name != "LOCAL_ADDR" &&
        name != "LOCAL_PORT")
      request.headers.emplace_back(name, value);
  request.remote_address = from.remote_addr;
  return request;
}

void write(const HttpResponse& from, httplib::Response& to) {
  to.status = from.status;
  from.each_header(
      [&to](const std::string& name, const std::string& value) { to.set_header(name, value); });
  if (from.body) to.set_content(*from.body, from.content_type);
}

/// What the answer on this thread belongs to; cpp-httplib runs a request on one thread throughout.
struct Exchange {
  bool handled = false;
  SteadyTime started;
  HttpRequest request;
  HttpResponse response;
};
thread_local Exchange exchange;

}  // namespace

struct HttplibServer::Impl : httplib::Server {
  Impl(HttplibServerSettings given, HttplibServerHooks whom)
      : settings(std::move(given)), hooks(std::move(whom)) {}

  void configure() {
    new_task_queue = [this] { return new CountingPool(settings.threads, hooks.count_connection); };
    set_tcp_nodelay(true);
    const auto read =
        std::chrono::duration_cast<std::chrono::microseconds>(settings.header_timeout);
    set_read_timeout(read);
    set_keep_alive_timeout(std::chrono::ceil<std::chrono::seconds>(settings.idle_timeout).count());
    set_keep_alive_max_count(1'000'000);
    constexpr std::size_t kLargestBody = 4096;
    set_payload_max_length(kLargestBody);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      handle(request, response);
      return HandlerResponse::Handled;
    });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!exchange.handled) refuse(response);
    });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
          write(problem_response(
                    {.code = ProblemCode::internal, .detail = "This should not have happened."}),
                response);
        });
    set_logger([this](const httplib::Request&, const httplib::Response&) { finished(); });
  }

  void handle(const httplib::Request& request, httplib::Response& response) {
    // A Range header is answered by cpp-httplib with up to a thousand parts of a small body.
    const_cast<httplib::Request&>(request).ranges.clear();
    // It would compress each answer anew, for a few bytes.
    const_cast<httplib::Request&>(request).headers.erase("Accept-Encoding");
    {
      const std::lock_guard lock(mutex);
      ++under_way;
    }
    exchange.handled = true;
    exchange.started = std::chrono::steady_clock::now();
    exchange.request = to_request(request);
    exchange.response = await(hooks.handler(exchange.request));
    write(exchange.response, response);
    if (draining) response.set_header("Connection", "close");
  }

  static void refuse(httplib::Response& response) {
    exchange.started = std::chrono::steady_clock::now();
    exchange.response = protocol_error(response.status);
    write(exchange.response, response);
  }

  void finished() {
    hooks.observe(exchange.request, exchange.response,
                  std::chrono::steady_clock::now() - exchange.started);
    if (exchange.handled) {
      const std::lock_guard lock(mutex);
      if (--under_way == 0) none_under_way.notify_all();
    }
    exchange = {};
  }

  HttplibServerSettings settings;
  HttplibServerHooks hooks;
  std::uint16_t bound_port = 0;
  std::thread acceptor;
  std::atomic<bool> draining{false};
  std::mutex mutex;
  std::condition_variable none_under_way;
  std::size_t under_way = 0;

  void listen_on() {
    constexpr int kBacklog = 4096;
    const int port = settings.port == 0
                         ? bind_to_any_port(settings.host)
                         : (bind_to_port(settings.host, settings.port) ? settings.port : -1);
    if (port < 0)
      throw std::runtime_error("cannot listen on " + settings.host + ":" +
                               std::to_string(settings.port) + ": " +
                               std::generic_category().message(errno));
    // cpp-httplib asks for a backlog of 5.
    ::listen(svr_sock_, kBacklog);
    bound_port = static_cast<std::uint16_t>(port);
  }
};

HttplibServer::HttplibServer(HttplibServerSettings settings, HttplibServerHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(hooks))) {
  impl_->configure();
  // The default options set SO_REUSEPORT, with which a taken port would go unnoticed.
  impl_->set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  impl_->listen_on();
}

HttplibServer::~HttplibServer() {
  impl_->stop();
  if (impl_->acceptor.joinable()) impl_->acceptor.join();
}

std::uint16_t HttplibServer::port() const noexcept {
  return impl_->bound_port;
}

void HttplibServer::start() {
  impl_->acceptor = std::thread([this] { impl_->listen_after_bind(); });
}

void HttplibServer::announce_drain() noexcept {
  impl_->draining = true;
}

bool HttplibServer::drain() {
  announce_drain();
  impl_->stop();
  std::unique_lock lock(impl_->mutex);
  return impl_->none_under_way.wait_for(lock, impl_->settings.drain_timeout,
                                        [this] { return impl_->under_way == 0; });
}

}  // namespace service
