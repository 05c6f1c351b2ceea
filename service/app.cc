#include "service/app.h"

#include "circuitbreaker/circuit_breaker.h"

#include "service/front.h"
#include "service/json/time_text.h"
#include "service/log/log.h"
#include "service/log/upstream_log.h"
#include "service/metrics/breaker_metrics.h"
#include "service/metrics/metrics_page.h"
#include "service/metrics/process_metrics.h"
#include "service/metrics/stock_metrics.h"
#include "service/operations/admin_handlers.h"
#include "service/operations/documents.h"
#include "service/operations/status_handlers.h"
#include "service/quotes/currencies.h"
#include "service/quotes/representation.h"
#include "service/quotes/stock_handlers.h"
#include "service/spending.h"
#include "service/version.h"
#include "stockclient/breaker_defaults.h"
#include "stockclient/simulator/simulator.h"
#include "stockclient/stock_client.h"
#include "stockclient/wire/alpha_vantage.h"
#include "stockclient/wire/curl_transport.h"

namespace service {
namespace {

constexpr std::size_t kMostCurrencies = 65536;

std::unique_ptr<stockclient::Simulator> start_simulator(const Settings& settings) {
  if (!settings.demo) return nullptr;
  return std::make_unique<stockclient::Simulator>(stockclient::SimulatorOptions{});
}

stockclient::CurlTransportSettings transport_settings(const Settings& settings,
                                                      const stockclient::Simulator* simulator) {
  stockclient::CurlTransportSettings transport;
  transport.base_url =
      simulator ? "http://127.0.0.1:" + std::to_string(simulator->port()) : settings.upstream_url;
  transport.connect_timeout =
      std::chrono::ceil<std::chrono::milliseconds>(settings.connect_timeout);
  transport.handles_kept = settings.client.bulkhead;
  transport.user_agent = "stock-service/" + std::string(kVersion);
  return transport;
}

stockclient::StockClientSettings client_settings(const Settings& settings) {
  stockclient::StockClientSettings client = settings.client;
  if (settings.demo) client.source = stockclient::Source::simulator;
  return client;
}

void log_changes(circuitbreaker::CircuitBreaker& breaker, Log& log) {
  breaker.add_listener([&log](const circuitbreaker::StateChange& change) {
    const bool worse = change.to == circuitbreaker::State::open;
    const auto failures = static_cast<std::int64_t>(change.snapshot.consecutive_failures);
    const Log::Fields fields{{"name", change.snapshot.name},
                             {"from", circuitbreaker::to_string(change.from)},
                             {"to", circuitbreaker::to_string(change.to)},
                             {"reason", change.reason},
                             {"consecutive_failures", failures}};
    worse ? log.warning("circuit breaker changed state", fields)
          : log.info("circuit breaker changed state", fields);
  });
}

/// A pause that an earlier process was told to make.
void log_hold(const stockclient::QuotaState& quota, Log& log) {
  if (!quota.held_until) return;
  const std::string until = rfc3339(*quota.held_until);
  log.warning("no upstream calls for a while", {{"reason", quota.held_reason}, {"until", until}});
}

}  // namespace

// In the order of their dependence: what stands lower uses what stands higher.
struct App::Parts {
  Parts(const Settings& settings, const Secrets& secrets, Log& log)
      : upstream_log(log, stock_metrics),
        simulator(start_simulator(settings)),
        transport(transport_settings(settings, simulator.get())),
        upstream({.api_key = secrets.api_key, .entitlement = {}}, transport, clocks.wall,
                 upstream_log),
        breaker("alpha_vantage",
                stockclient::suit_breaker(settings.alpha_vantage, settings.client)),
        ledger(open_ledger(settings, secrets, log, stock_metrics)),
        client(client_settings(settings), upstream, breaker, clocks, upstream_log,
               {.scheduler = nullptr, .ledger = ledger.get()}),
        representations(settings.client.cache_bytes, currencies),
        gauges(client, stale_answers),
        breaker_metrics({&breaker}, clocks) {
    log_changes(breaker, log);
    log_hold(client.quota(), log);
    add_stock_routes(router, {.client = client,
                              .clock = clocks.monotonic,
                              .currencies = currencies,
                              .representations = representations,
                              .stale_answers = stale_answers});
    add_status_routes(router, {.alpha_vantage = breaker,
                               .client = client,
                               .clocks = clocks,
                               .lifecycle = lifecycle,
                               .stale_answers = stale_answers,
                               .metrics_page = [this] { return page(); },
                               .started = clocks.monotonic.now()});
    add_admin_routes(router, {.breakers = {&breaker}, .token = secrets.admin_token, .log = log});
    add_document_routes(router);
    http_metrics = std::make_unique<HttpMetrics>(router.routes());
    front = std::make_unique<Front>(router, *http_metrics, log, settings.access_log);
  }

  [[nodiscard]] std::string page() const {
    return metrics_page(
        {&breaker_metrics, http_metrics.get(), &stock_metrics, &gauges, &process_metrics});
  }

  stockclient::Clocks clocks{circuitbreaker::steady_clock(), stockclient::system_wall_clock()};
  Lifecycle lifecycle;
  StaleAnswers stale_answers;
  StockMetrics stock_metrics;
  UpstreamLog upstream_log;
  ProcessMetrics process_metrics;
  std::unique_ptr<stockclient::Simulator> simulator;
  stockclient::CurlTransport transport;
  stockclient::AlphaVantage upstream;
  circuitbreaker::CircuitBreaker breaker;
  std::unique_ptr<stockclient::SpendingLedger> ledger;
  stockclient::StockClient client;
  Currencies currencies{kMostCurrencies};
  Representations representations;
  StockGauges gauges;
  BreakerMetrics breaker_metrics;
  Router router;
  std::unique_ptr<HttpMetrics> http_metrics;
  std::unique_ptr<Front> front;
};

App::App(const Settings& settings, const Secrets& secrets, Log& log)
    : parts_(std::make_unique<Parts>(settings, secrets, log)) {}

App::~App() = default;

void App::reconfigure(const Settings& settings) {
  parts_->breaker.reconfigure(stockclient::suit_breaker(settings.alpha_vantage, settings.client));
  parts_->client.reconfigure(client_settings(settings));
  parts_->front->set_access_log(settings.access_log);
}

Front& App::front() noexcept {
  return *parts_->front;
}
HttpMetrics& App::http_metrics() noexcept {
  return *parts_->http_metrics;
}
Lifecycle& App::lifecycle() noexcept {
  return parts_->lifecycle;
}

std::optional<std::uint16_t> App::simulator_port() const noexcept {
  if (!parts_->simulator) return std::nullopt;
  return parts_->simulator->port();
}

}  // namespace service
