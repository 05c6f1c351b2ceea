#include "service/app.h"

#include "circuitbreaker/circuit_breaker.h"

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
#include "service/settings/dependency_settings.h"
#include "service/value_store.h"
#include "stockclient/breaker_defaults.h"
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

circuitbreaker::Settings alpha_vantage_breaker(const ServiceSettings& settings) {
  return stockclient::complete_breaker_settings(settings.alpha_vantage, settings.client);
}

/// The restriction that the quota currently places on Alpha Vantage.
std::optional<Impairment> quota_impairment(const stockclient::QuotaState& quota) {
  if (!quota.held_until) return std::nullopt;
  // During a hold this short, callers wait for its end; during a longer one they get an error.
  const bool brief = quota.held_reason == stockclient::FailureKind::throttled_second;
  return Impairment{.usable = brief,
                    .text = "no calls are made until " + rfc3339(*quota.held_until) + ": " +
                            std::string(to_string(*quota.held_reason))};
}

Dependency alpha_vantage_dependency(circuitbreaker::CircuitBreaker& breaker,
                                    const stockclient::StockClient& client,
                                    const StaleAnswers& stale_answers) {
  return {.breaker = breaker,
          .breaker_settings = alpha_vantage_breaker,
          .degradation =
              [&client] {
                const bool known = client.stats().cache_values > 0;
                return Degradation{.answers_continue = known,
                                   .text = known ? "known values are served" : "no value is known"};
              },
          .is_upstream = true,
          .impairment = [&client] { return quota_impairment(client.quota()); },
          .remark =
              [&client] {
                const auto left = client.quota().remaining.day;
                return left ? "calls left today: " + std::to_string(*left) : "";
              },
          .fallbacks = [&stale_answers] { return stale_answers.fallbacks(); }};
}

/// Alpha Vantage, and the store if there is one.
Dependencies all_dependencies(Dependency alpha_vantage, ValueStore* store) {
  Dependencies dependencies{std::move(alpha_vantage)};
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
        breaker(std::string(kAlphaVantage), alpha_vantage_breaker(settings), clocks.monotonic),
        ledger(open_quota_ledger(settings, secrets, log, store_error_metrics)),
        store(stores_values(settings)
                  ? std::make_unique<ValueStore>(settings, clocks, log, store_error_metrics)
                  : nullptr),
        client(client_settings(settings),
               http_upstream ? http_upstream->upstream() : *overrides.upstream, breaker, clocks,
               {&observers},
               {.scheduler = overrides.scheduler,
                .ledger = ledger.get(),
                .sources = value_sources(store.get())}),
        representations(settings.client.cache_bytes, currencies),
        stock_gauges(client, stale_answers),
        store_gauges(store ? &store->worker() : nullptr),
        dependencies(all_dependencies(alpha_vantage_dependency(breaker, client, stale_answers),
                                      store.get())),
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
  StockMetrics stock_metrics{kAlphaVantage};
  StoreErrorMetrics store_error_metrics;
  UpstreamLog upstream_log;
  stockclient::ObserverList observers{{&stock_metrics, &upstream_log}};
  LogMetrics log_metrics;
  ProcessMetrics process_metrics;
  std::unique_ptr<HttpUpstream> http_upstream;
  circuitbreaker::CircuitBreaker breaker;
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
    dependency.breaker.reconfigure(dependency.breaker_settings(settings));
  components_->client.reconfigure(client_settings(settings));
  if (components_->store) components_->store->reconfigure(settings);
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
