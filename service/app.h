#pragma once
/// Everything of the service but its sockets, wired together.

#include <cstdint>
#include <memory>
#include <optional>

#include "service/http/http_message.h"
#include "service/lifecycle.h"
#include "service/secrets.h"
#include "service/settings/settings.h"

namespace service {

class Front;
class HttpMetrics;
class Log;

class App {
 public:
  /// Starts the demo's simulator and the stock client's workers. `log` must outlive the app. Throws
  /// std::exception with one clear line when something cannot be set up.
  App(const Settings& settings, const Secrets& secrets, Log& log);
  /// Precondition: no server calls `front` any more.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Takes over what can change while serving: lifetimes, timeouts and the breaker's settings.
  /// State and cache stay. Throws like the constructor, and then may have changed a part.
  void reconfigure(const Settings& settings);

  [[nodiscard]] Front& front() noexcept;
  [[nodiscard]] HttpMetrics& http_metrics() noexcept;
  [[nodiscard]] Lifecycle& lifecycle() noexcept;
  /// Of the demo's simulator.
  [[nodiscard]] std::optional<std::uint16_t> simulator_port() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace service
