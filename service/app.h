#pragma once
/// The complete service except its sockets.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "service/http/router.h"
#include "service/operations/dependencies.h"
#include "service/operations/lifecycle.h"
#include "service/secrets.h"
#include "service/settings/settings.h"
#include "stockclient/stock_client.h"
#include "stockclient/wire/transport.h"

namespace service {

class HttpMetrics;
class Log;
class RequestPipeline;

/// Optional overrides of components that the app otherwise creates; tests use them to run the real
/// wiring in manual time, without threads and without a network. Everything must outlive the app.
struct AppOverrides {
  /// Empty: the system's clocks.
  std::optional<stockclient::Clocks> clocks = {};
  /// Null: Alpha Vantage, or the simulator of the demo.
  stockclient::Upstream* upstream = nullptr;
  /// Carries the calls to Alpha Vantage, unless `upstream` replaces it. Null: libcurl.
  stockclient::Transport* transport = nullptr;
  /// Null: threads of the stock client.
  stockclient::Scheduler* scheduler = nullptr;
};

/// Creates every component and connects them. Thread-safety: `pipeline()` and `metrics_page()` may
/// be used from any thread; the other member functions belong to one thread.
///
///     App app(settings, secrets, log);
///     HandlerResult result = app.pipeline().handle(request);
class App {
 public:
  /// Starts the demo's simulator and the stock client's threads. `log` must outlive the app. Throws
  /// std::exception with a message of one line when a component cannot be created.
  App(const ServiceSettings& settings, const Secrets& secrets, Log& log,
      const AppOverrides& overrides = {});
  /// Precondition: no server uses the pipeline any more.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Puts the live settings into force: lifetimes, timeouts, the breakers' settings and the access
  /// log. State, counts and cached values remain. Throws std::invalid_argument when a setting is
  /// out of range; some settings may then have changed already.
  void reconfigure(const ServiceSettings& settings);

  /// Names this replica, as /circuit-breaker and the summary show it. Call before the first
  /// request.
  void set_instance(std::string instance);

  /// Handles requests.
  [[nodiscard]] RequestPipeline& pipeline() noexcept;
  /// Counts requests and connections.
  [[nodiscard]] HttpMetrics& http_metrics() noexcept;
  /// Decides what /readyz answers.
  [[nodiscard]] Lifecycle& lifecycle() noexcept;
  /// Everything that the service depends on.
  [[nodiscard]] const Dependencies& dependencies() const noexcept;
  /// Every route, for checks against the documentation.
  [[nodiscard]] std::span<const Route> routes() const noexcept;
  /// The page of GET /metrics.
  [[nodiscard]] std::string metrics_page() const;
  /// Logs the state and the counts of every breaker.
  void log_summary() const;
  /// Port of the demo's simulator; empty without the demo.
  [[nodiscard]] std::optional<std::uint16_t> simulator_port() const noexcept;

 private:
  struct Components;
  std::unique_ptr<Components> components_;
};

}  // namespace service
