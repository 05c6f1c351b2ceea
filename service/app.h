#pragma once
/// The complete service except for the HTTP server and its sockets.

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
  /// Null: Alpha Vantage, or the simulator in demo mode.
  stockclient::Upstream* upstream = nullptr;
  /// Transport for calls to Alpha Vantage; ignored if `upstream` is set. Null: libcurl.
  stockclient::Transport* transport = nullptr;
  /// Null: the stock client's own threads.
  stockclient::Scheduler* scheduler = nullptr;
};

/// Creates every component and connects them. Thread-safety: `pipeline()` and `metrics_page()` may
/// be used from any thread; the other member functions belong to one thread.
///
///     App app(settings, secrets, log);
///     HandlerResult result = app.pipeline().handle(request);
class App {
 public:
  /// Starts the simulator (in demo mode) and the stock client's threads. `log` must outlive the
  /// app. Throws std::exception with a one-line message if a component cannot be created.
  App(const ServiceSettings& settings, const Secrets& secrets, Log& log,
      const AppOverrides& overrides = {});
  /// Precondition: no server uses the pipeline any longer.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Applies the live settings: lifetimes, timeouts, the breakers' settings and the access log.
  /// State, counts and cached values are kept. Throws std::invalid_argument if a setting is out of
  /// range; some settings may have been changed by then.
  void reconfigure(const ServiceSettings& settings);

  /// Sets the name under which /circuit-breaker and the log summary show this replica. Call before
  /// the first request.
  void set_instance(std::string instance);

  /// Handles requests.
  [[nodiscard]] RequestPipeline& pipeline() noexcept;
  /// Counts requests and connections.
  [[nodiscard]] HttpMetrics& http_metrics() noexcept;
  /// The stage that /readyz reports.
  [[nodiscard]] Lifecycle& lifecycle() noexcept;
  /// Everything that the service depends on.
  [[nodiscard]] const Dependencies& dependencies() const noexcept;
  /// Every route, for checks against the documentation.
  [[nodiscard]] std::span<const Route> routes() const noexcept;
  /// The page of GET /metrics.
  [[nodiscard]] std::string metrics_page() const;
  /// Logs the state and the counts of every breaker.
  void log_summary() const;
  /// Port of the demo simulator; empty outside demo mode.
  [[nodiscard]] std::optional<std::uint16_t> simulator_port() const noexcept;

 private:
  struct Components;
  std::unique_ptr<Components> components_;
};

}  // namespace service
