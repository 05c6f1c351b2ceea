#pragma once
/// The real service in front of the real simulator, as two processes with short times.

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

/// Stretched in builds that run slowly, so that nothing times out that should not.
[[nodiscard]] std::string ms(int milliseconds);
[[nodiscard]] std::chrono::milliseconds bound(int milliseconds);

/// What a test changes; later arguments win over the usual ones.
struct WorldOptions {
  std::vector<std::string> simulator_args{};
  std::vector<std::string> service_args{};
  std::string api_key = "integration-test-key";
};

class World {
 public:
  explicit World(const WorldOptions& options = {});
  /// Fails the test when a sanitizer has found something in either process: both are killed, and so
  /// their exit codes would not tell.
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] std::uint16_t service_port() const { return service_port_; }
  [[nodiscard]] std::uint16_t simulator_port() const { return simulator_port_; }
  [[nodiscard]] test_support::Process& service() { return service_; }

  /// From the service.
  [[nodiscard]] HttpResponse get(std::string_view target) const;
  [[nodiscard]] HttpResponse quote(std::string_view symbol) const;
  /// Of `/circuit-breaker`.
  [[nodiscard]] json breaker() const;
  [[nodiscard]] std::string breaker_state() const;
  /// The first sample of that name, labels included; -1 when there is none.
  [[nodiscard]] double metric(std::string_view name) const;

  /// The body is the mode's name, or a whole JSON object.
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

/// Asks for cold symbols, one after the other, until the breaker is open.
void open_breaker(const World& world);

}  // namespace integration
