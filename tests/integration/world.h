#pragma once
/// The real service in front of the real simulator: two processes with short timeouts.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/http_client.h"
#include "tests/support/process.h"

namespace integration {

using nlohmann::json;
using test_support::HttpResponse;

/// A number of milliseconds as a setting, scaled up in slow builds so that nothing times out by
/// mistake.
[[nodiscard]] std::string ms(int milliseconds);
[[nodiscard]] std::chrono::milliseconds bound(int milliseconds);

/// Settings of a test; its arguments override the default ones.
struct WorldOptions {
  std::vector<std::string> simulator_args{};
  std::vector<std::string> service_args{};
  std::string api_key = "integration-test-key";
};

class World {
 public:
  explicit World(const WorldOptions& options = {});
  /// Fails the test if a sanitizer has reported an error in either process. Exit codes do not show
  /// such errors, because both processes are killed.
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] std::uint16_t service_port() const { return service_port_; }
  [[nodiscard]] std::uint16_t simulator_port() const { return simulator_port_; }
  [[nodiscard]] test_support::Process& service() { return service_; }

  /// Sends a request to the service.
  [[nodiscard]] HttpResponse get(std::string_view target) const;
  [[nodiscard]] HttpResponse quote(std::string_view symbol) const;
  /// Returns one of the breakers that `/circuit-breaker` shows.
  [[nodiscard]] json breaker(std::string_view name = "alpha_vantage") const;
  [[nodiscard]] std::string breaker_state(std::string_view name = "alpha_vantage") const;
  /// The value of the first sample with this name and these labels; -1 if there is none.
  [[nodiscard]] double metric(std::string_view name) const;

  /// Sets the simulator's mode. `mode`: the name of a mode, or a complete JSON object.
  void set_mode(const std::string& mode) const;
  [[nodiscard]] json calls() const;
  [[nodiscard]] int upstream_calls() const;
  [[nodiscard]] int upstream_calls_in_flight() const;

 private:
  test_support::Process simulator_;
  std::uint16_t simulator_port_;
  test_support::Process service_;
  std::uint16_t service_port_;
};

/// Requests unknown symbols one after the other until the breaker is open.
void open_breaker(const World& world);

}  // namespace integration
