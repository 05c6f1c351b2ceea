#include "stockclient/simulator/simulator.h"

#include <mutex>
#include <thread>

#include "circuitbreaker/clock.h"

#include "stockclient/simulator/http_server.h"
#include "stockclient/simulator/responder.h"

namespace stockclient {

struct Simulator::Impl {
  explicit Impl(const SimulatorOptions& options)
      : responder(options,
                  {.reset_hung = [this] { server.reset_hung(); },
                   .in_flight = [this] { return server.in_flight(); }},
                  circuitbreaker::steady_clock()),
        server(options.port,
               [this](const simulator::Request& request) { return responder.reply(request); }),
        thread([this] { server.run(); }) {}

  simulator::Responder responder;
  simulator::HttpServer server;
  std::once_flag stopped;
  std::thread thread;
};

Simulator::Simulator(const SimulatorOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Simulator::~Simulator() {
  stop();
}

std::uint16_t Simulator::port() const noexcept {
  return impl_->server.port();
}

void Simulator::stop() {
  std::call_once(impl_->stopped, [this] {
    impl_->server.stop();
    impl_->thread.join();
  });
}

}  // namespace stockclient
