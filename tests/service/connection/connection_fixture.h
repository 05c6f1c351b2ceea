#pragma once
/// Runs a ConnectionServer with a handler for tests.

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "circuitbreaker/clock.h"

#include "service/connection/connection_server.h"
#include "tests/support/eventually.h"
#include "tests/support/promised_response.h"
#include "tests/support/raw_connection.h"

namespace service {

using test_support::eventually;
using test_support::RawConnection;

inline HttpResponse text(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = std::make_shared<const std::string>(std::move(body));
  response.route = "/test";
  return response;
}

/// A server whose handler answers `/echo/...` with the request's method and target, `/large` with 8
/// MiB, `/wait` when the promises are fulfilled, and everything else with "ok"; for `/throw` it
/// throws. Time moves only when the test moves it.
class ConnectionTest : public testing::Test {
 protected:
  static constexpr std::size_t kLarge = std::size_t{8} * 1024 * 1024;

  ConnectionTest() {
    settings_.port = 0;
    settings_.event_loops = 2;
    settings_.last_call = std::chrono::milliseconds(20);
  }

  void start() {
    const ConnectionHooks hooks{
        .handler = [this](const HttpRequest& request) { return handle(request); },
        .format_rejection =
            [](const RejectedRequest& refusal) {
              auto response = text(std::string(refusal.code), refusal.status);
              response.content_type = "application/problem+json";
              if (refusal.retry_after_seconds > 0) {
                response.headers.emplace_back("Retry-After",
                                              std::to_string(refusal.retry_after_seconds));
              }
              return response;
            },
        .observe = [this](const AnsweredRequest& exchange) { observe(exchange); },
    };
    server_ = std::make_unique<ConnectionServer>(settings_, hooks, clock_);
    server_->start();
  }

  /// The server calls virtual functions, so it must end before a derived fixture's destructor runs.
  void TearDown() override { server_.reset(); }

  virtual HandlerResult handle(const HttpRequest& request) {
    handled_.fetch_add(1);
    if (request.path == "/wait") return promises_.wait();
    if (request.path == "/throw") throw std::runtime_error("a secret");
    if (request.path == "/large") return text(std::string(kLarge, 'x'));
    if (request.path.starts_with("/echo")) {
      return text(request.method + " " + request.path +
                  (request.query.empty() ? "" : "?" + request.query));
    }
    return text("ok");
  }

  virtual void observe(const AnsweredRequest&) { observed_.fetch_add(1); }

  [[nodiscard]] RawConnection connect(int receive_buffer = 0) const {
    return RawConnection(server_->port(), receive_buffer);
  }

  /// Moves the clock and notifies the event loops.
  void advance(std::chrono::nanoseconds by) {
    clock_.advance(by);
    server_->look();
  }

  static std::string get(const std::string& target, const std::string& fields = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
  }

  ConnectionSettings settings_;
  circuitbreaker::ManualClock clock_;
  test_support::Promises promises_;
  std::atomic<int> handled_{0};
  std::atomic<int> observed_{0};
  std::unique_ptr<ConnectionServer> server_;
};

}  // namespace service
