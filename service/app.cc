#include "service/app.h"

#include "service/json/time_text.h"
#include "service/log/log.h"
#include "service/log/upstream_log.h"
#include "service/metrics/breaker_metrics.h"
#include "service/metrics/log_metrics.h"
#include "service/metrics/metrics_page.h"
#include "service/metrics/process_metrics.h"
#include "service/metrics/stock_metrics.h"
#include "service/metrics/store_metrics.h"
#include "service/metrics/version.h"
#include "service/operations/admin_handlers.h"
#include "service/operations/breaker_log.h"
#include "service/operations/documents.h"
#include "service/operations/status_handlers.h"
#include "service/quota_ledger.h"
#include "service/quotes/currencies.h"
#include "service/quotes/representation.h"
#include "service/quotes/stock_handlers.h"
#include "service/request_pipeline.h"
#include "service/value_store.h"
#include "stockclient/breaker_defaults.h"
#include "stockclient/flights/upstream_breakers.h"
#include "stockclient/simulator/simulator.h"
#include "stockclient/wire/alpha_vantage.h"
#include "stockclient/wire/curl_transport.h"

namespace service {
namespace {

constexpr std::size_t kMaxCurrencies = 65536;

/// Alpha Vantage, or the demo's simulator, over HTTP.
class HttpUpstream {
 public:
  /// `wall`, `observer` and `transport` (may be null) must outlive this object.
  HttpUpstream(const ServiceSettings& settings, const Secrets& secrets,
               const stockclient::WallClock& wall_clock, stockclient::Observer& observer,
               stockclient::Transport* transport)
      : simulator_(settings.demo
                       ? std::make_unique<stockclient::Simulator>(stockclient::SimulatorOptions{})
                       : nullptr),
        own_transport_(transport != nullptr ? nullptr
                                            : std::make_unique<stockclient::CurlTransport>(
                                                  transport_settings(settings), wall_clock)),
        upstream_({.api_key = secrets.api_key, .entitlement = settings.entitlement},
                  transport != nullptr ? *transport : *own_transport_, wall_clock, observer) {}

  [[nodiscard]] stockclient::Upstream& upstream() noexcept { return upstream_; }

  [[nodiscard]] std::optional<std::uint16_t> simulator_port() const noexcept {
    if (!simulator_) return std::nullopt;
    return simulator_->port();
  }

 private:
  [[nodiscard]] stockclient::CurlTransportSettings transport_settings(
      const ServiceSettings& settings) const {
    stockclient::CurlTransportSettings transport = settings.transport;
    if (const auto port = simulator_port())
      transport.base_url = "http://127.0.0.1:" + std::to_string(*port);
    transport.handles_kept = settings.client.bulkhead;
    transport.user_agent = "stock-service/" + std::string(kVersion);
    return transport;
  }

  std::unique_ptr<stockclient::Simulator> simulator_;
  std::unique_ptr<stockclient::CurlTransport> own_transport_;
  stockclient::AlphaVantage upstream_;
};

stockclient::StockClientSettings client_settings(const ServiceSettings& settings) {
  stockclient::StockClientSettings client = settings.client;
  client.quote_updates = quote_updates_in_force(settings);
  if (settings.demo) client.source = stockclient::Source::simulator;
  return client;
}

stockclient::UpstreamBreakerSettings breaker_settings(const ServiceSettings& settings) {
  const auto complete = [&settings](const circuitbreaker::Settings& breaker) {
    return stockclient::complete_breaker_settings(breaker, settings.client);
  };
  stockclient::UpstreamBreakerSettings breakers{.host = complete(settings.alpha_vantage),
                                                .functions = settings.functions};
  for (circuitbreaker::Settings& function : breakers.functions) function = complete(function);
  return breakers;
}

/// The restriction that the quota currently places on Alpha Vantage.
std::optional<Impairment> quota_impairment(const stockclient::QuotaState& quota) {
  if (!quota.held_until) return std::nullopt;
  // Callers wait until a hold this short ends; during a longer one they get an error.
  const bool brief = quota.held_reason == stockclient::FailureKind::throttled_second;
  return Impairment{.usable = brief,
                    .text = "no calls are made until " + rfc3339(*quota.held_until) + ": " +
                            std::string(to_string(*quota.held_reason))};
}

Dependency alpha_vantage_dependency(stockclient::UpstreamBreakers& breakers,
                                    const stockclient::StockClient& client,
                                    const StaleAnswers& stale_answers) {
  std::vector<circuitbreaker::CircuitBreaker*> functions;
  functions.reserve(stockclient::kFunctionCount);
  for (const stockclient::Function function : stockclient::kFunctions)
    functions.push_back(&breakers.of(function));
  return {.breaker = breakers.host(),
          .reconfigure =
              [&breakers](const ServiceSettings& settings) {
                breakers.reconfigure(breaker_settings(settings));
              },
          .degradation =
              [&client] {
                const bool known = client.stats().cache_values > 0;
                return Degradation{.answers_continue = known,
                                   .text = known ? "known values are served" : "no value is known"};
              },
          .is_upstream = true,
          .parts = std::move(functions),
          .slow_call_rate = [&breakers] { return breakers.host_slow_call_rate(); },
          .impairment = [&client] { return quota_impairment(client.quota()); },
          .remark =
              [&client] {
                const auto left = client.quota().remaining.day;
                return left ? "calls left today: " + std::to_string(*left) : "";
              },
          .fallbacks = [&stale_answers] { return stale_answers.fallbacks(); }};
}

/// One function of Alpha Vantage.
Dependency function_dependency(stockclient::UpstreamBreakers& breakers,
                               stockclient::Function function) {
  return {
      .breaker = breakers.of(function),
      .reconfigure = {},
      // The other functions still work.
      .degradation =
          [] { return Degradation{.answers_continue = true, .text = "known values are served"}; },
      .is_upstream = true,
      .impairment = [&breakers]() -> std::optional<Impairment> {
        if (breakers.host().snapshot().state != circuitbreaker::State::open) return {};
        return Impairment{.usable = false,
                          .text = "no calls are made while " +
                                  std::string(stockclient::kHostBreaker) + " is open"};
      }};
}

/// Alpha Vantage with its functions, and the store if there is one.
Dependencies all_dependencies(stockclient::UpstreamBreakers& breakers,
                              const stockclient::StockClient& client,
                              const StaleAnswers& stale_answers, ValueStore* store) {
  Dependencies dependencies{alpha_vantage_dependency(breakers, client, stale_answers)};
  for (const stockclient::Function function : stockclient::kFunctions)
    dependencies.push_back(function_dependency(breakers, function));
  if (store != nullptr) dependencies.push_back(store->dependency());
  return dependencies;
}

std::vector<stockclient::ValueSource*> value_sources(ValueStore* store) {
  if (store == nullptr) return {};
  return {&store->values()};
}

/// Logs a hold that was imposed on an earlier process.
void log_hold(const stockclient::QuotaState& quota, Log& log) {
  if (!quota.held_until) return;
  const std::string until = rfc3339(*quota.held_until);
  log.warning("no upstream calls are made",
              {{"reason", to_string(*quota.held_reason)}, {"until", until}});
}

}  // namespace

// Members are declared in dependency order: each uses only those above it.
struct App::Components {
  Components(const ServiceSettings& settings, const Secrets& secrets, Log& with_log,
             const AppOverrides& overrides)
      : log(with_log),
        clocks(overrides.clocks.value_or(stockclient::system_clocks())),
        upstream_log(log),
        log_metrics(log),
        http_upstream(overrides.upstream == nullptr
                          ? std::make_unique<HttpUpstream>(settings, secrets, clocks.wall,
                                                           observers, overrides.transport)
                          : nullptr),
        breakers(breaker_settings(settings), clocks.monotonic),
        ledger(open_quota_ledger(settings, secrets, log, store_error_metrics)),
        store(stores_values(settings)
                  ? std::make_unique<ValueStore>(settings, clocks, log, store_error_metrics)
                  : nullptr),
        client(client_settings(settings),
               http_upstream ? http_upstream->upstream() : *overrides.upstream, breakers, clocks,
               {&observers},
               {.scheduler = overrides.scheduler,
                .ledger = ledger.get(),
                .sources = value_sources(store.get())}),
        representations(settings.client.cache_bytes, currencies),
        stock_gauges(client, stale_answers),
        store_gauges(store ? &store->worker() : nullptr),
        dependencies(all_dependencies(breakers, client, stale_answers, store.get())),
        breaker_metrics(exported_breakers(dependencies), clocks) {
    log_state_changes(dependencies, log);
    log_hold(client.quota(), log);
    if (store) {
      store->wait_until_opened();
      store->load_into(client);
    }
    const StockContext stocks{.client = client,
                              .clock = clocks.monotonic,
                              .currencies = currencies,
                              .representations = representations,
                              .stale_answers = stale_answers};
    add_stock_routes(router, stocks);
    add_status_routes(router, {.dependencies = dependencies,
                               .client = client,
                               .clocks = clocks,
                               .lifecycle = lifecycle,
                               .instance = instance,
                               .metrics_page = [this] { return page(); },
                               .started = clocks.monotonic.now()});
    add_admin_routes(
        router,
        {.dependencies = dependencies, .stocks = stocks, .token = secrets.admin_token, .log = log});
    add_document_routes(router);
    http_metrics = std::make_unique<HttpMetrics>(router.routes());
    pipeline = std::make_unique<RequestPipeline>(router, *http_metrics, log, settings.access_log);
  }

  ~Components() {
    if (store) store->stop_loading();
  }

  [[nodiscard]] std::string page() const {
    return service::metrics_page({&breaker_metrics, http_metrics.get(), &stock_metrics,
                                  &stock_gauges, &store_error_metrics, &store_gauges, &log_metrics,
                                  &process_metrics});
  }

  Log& log;
  stockclient::Clocks clocks;
  Lifecycle lifecycle;
  std::string instance;
  StaleAnswers stale_answers;
  StockMetrics stock_metrics;
  StoreErrorMetrics store_error_metrics;
  UpstreamLog upstream_log;
  stockclient::ObserverList observers{{&stock_metrics, &upstream_log}};
  LogMetrics log_metrics;
  ProcessMetrics process_metrics;
  std::unique_ptr<HttpUpstream> http_upstream;
  stockclient::UpstreamBreakers breakers;
  std::unique_ptr<stockclient::SpendingLedger> ledger;
  std::unique_ptr<ValueStore> store;
  stockclient::StockClient client;
  Currencies currencies{kMaxCurrencies};
  Representations representations;
  StockGauges stock_gauges;
  StoreGauges store_gauges;
  Dependencies dependencies;
  BreakerMetrics breaker_metrics;
  Router router;
  std::unique_ptr<HttpMetrics> http_metrics;
  std::unique_ptr<RequestPipeline> pipeline;
};

App::App(const ServiceSettings& settings, const Secrets& secrets, Log& log,
         const AppOverrides& overrides)
    : components_(std::make_unique<Components>(settings, secrets, log, overrides)) {}

App::~App() = default;

void App::reconfigure(const ServiceSettings& settings) {
  for (const Dependency& dependency : components_->dependencies)
    if (dependency.reconfigure) dependency.reconfigure(settings);
  components_->client.reconfigure(client_settings(settings));
  components_->pipeline->set_access_log(settings.access_log);
}

void App::set_instance(std::string instance) {
  components_->instance = std::move(instance);
}

RequestPipeline& App::pipeline() noexcept {
  return *components_->pipeline;
}
HttpMetrics& App::http_metrics() noexcept {
  return *components_->http_metrics;
}
Lifecycle& App::lifecycle() noexcept {
  return components_->lifecycle;
}
const Dependencies& App::dependencies() const noexcept {
  return components_->dependencies;
}
std::span<const Route> App::routes() const noexcept {
  return components_->router.routes();
}
std::string App::metrics_page() const {
  return components_->page();
}
void App::log_summary() const {
  service::log_summary(components_->dependencies, components_->instance, components_->log);
}

std::optional<std::uint16_t> App::simulator_port() const noexcept {
  return components_->http_upstream ? components_->http_upstream->simulator_port() : std::nullopt;
}

}  // namespace service
