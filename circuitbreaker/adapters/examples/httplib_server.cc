// A cpp-httplib server whose handler needs a database, and a client with a breaker of its own.

#include <iostream>
#include <stdexcept>
#include <thread>

#include "circuitbreaker/adapters/httplib.h"

int main() {
  using namespace circuitbreaker;
  CircuitBreaker database("database");
  httplib::Server server;
  server.Get("/orders", guard(database, [](const httplib::Request&, httplib::Response&) {
               throw std::runtime_error("connection refused");
             }));
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });

  CircuitBreaker orders("orders");
  httplib::Client http("127.0.0.1", port);
  GuardedClient client(http, orders);
  for (int i = 1; i <= 6; ++i) {
    const auto response = client.Get("/orders");
    if (response) {
      std::cout << i << ": " << response->status << '\n';
    } else {
      std::cout << i << ": not called\n";
    }
  }
  const auto direct = http.Get("/orders");  // the response to a client without a breaker
  const bool refused = direct && direct->status == 503;
  if (direct) std::cout << direct->status << ' ' << direct->body << '\n';
  server.stop();
  serving.join();
  return refused ? 0 : 1;
}
