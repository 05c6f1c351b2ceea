#include "stockclient/simulator/simulator.h"

#include <mutex>
#include <thread>

#include "circuitbreaker/clock.h"

#include "stockclient/simulator/exchange.h"
#include "stockclient/simulator/http_loop.h"

namespace stockclient {

struct Simulator::Impl {
  explicit Impl(const SimulatorOptions& options)
      : exchange(options,
                 {.reset_hung = [this] { loop.reset_hung(); },
                  .in_flight = [this] { return loop.in_flight(); }},
                 circuitbreaker::steady_clock()),
        loop(options.port,
             [this](const simulator::Request& request) { return exchange.handle(request); }),
        thread([this] { loop.run(); }) {}

  simulator::Exchange exchange;
  simulator::HttpLoop loop;
  std::once_flag stopped;
  std::thread thread;
};

Simulator::Simulator(const SimulatorOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Simulator::~Simulator() {
  stop();
}

std::uint16_t Simulator::port() const noexcept {
  return impl_->loop.port();
}

void Simulator::stop() {
  std::call_once(impl_->stopped, [this] {
    impl_->loop.stop();
    impl_->thread.join();
  });
}

}  // namespace stockclient
