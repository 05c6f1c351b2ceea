#include "service/value_store.h"

#include <filesystem>
#include <utility>

#include "service/log/log.h"
#include "service/settings/dependency_settings.h"
#include "stockclient/store/postgres_store.h"
#include "stockclient/store/sqlite_store.h"

namespace service {
namespace {

using stockclient::Store;
using stockclient::StoreError;
using stockclient::StoreResult;

/// Identifies the upstream and the entitlement. Values of different upstreams or entitlements must
/// not be mixed.
std::string origin_of(const ServiceSettings& settings) {
  if (settings.demo) return "simulator";
  return settings.transport.base_url + " " + settings.entitlement.value_or("none");
}

template <class Opened>
StoreResult<std::unique_ptr<Store>> as_store(StoreResult<std::unique_ptr<Opened>> opened) {
  if (!opened) return circuitbreaker::unexpected<StoreError>(std::move(opened.error()));
  return std::unique_ptr<Store>(*std::move(opened));
}

stockclient::StoreWorker::Opener opener(const ServiceSettings& settings, stockclient::Clocks clocks,
                                        Log& log) {
  if (settings.store_url != kSqliteStore) {
    return [url = settings.store_url, origin = origin_of(settings), clocks,
            limit = settings.database.breaker.call_timeout](std::stop_token stop) {
      return as_store(stockclient::PostgresStore::open({url, origin}, clocks, std::move(stop),
                                                       clocks.monotonic.now() + limit));
    };
  }
  const auto file = std::filesystem::path(settings.store_path) / "quotes.db";
  return [file, origin = origin_of(settings), clocks, &log](std::stop_token stop) {
    const auto damaged = [&log](const std::filesystem::path& kept) {
      const std::string path = kept.string();
      log.error("the store's file is damaged; it was renamed and replaced by an empty one",
                {{"renamed_to", std::string_view(path)}});
    };
    return as_store(
        stockclient::SqliteStore::open({file, origin}, clocks, std::move(stop), damaged));
  };
}

}  // namespace

ValueStore::ValueStore(const ServiceSettings& settings, stockclient::Clocks clocks, Log& log,
                       StoreErrorMetrics& metrics)
    : log_(log),
      metrics_(metrics),
      breaker_(std::string(kDatabase), settings.database.breaker, clocks.monotonic),
      worker_(opener(settings, clocks, log), breaker_, clocks.monotonic, *this,
              {.max_store_bytes = settings.store_max_bytes}),
      values_(worker_, clocks,
              {.boot_id = stockclient::boot_id(),
               .source = settings.demo ? stockclient::Source::simulator
                                       : stockclient::Source::alpha_vantage}) {
  reconfigure(settings);
}

ValueStore::~ValueStore() = default;

void ValueStore::reconfigure(const ServiceSettings& settings) {
  breaker_.reconfigure(settings.database.breaker);
  worker_.set_ping(settings.database.enable_health_check);
  values_.set_fail_fast(settings.database.fail_fast);
}

Dependency ValueStore::dependency() {
  return {.breaker = breaker_,
          .reconfigure = [this](const ServiceSettings& settings) { reconfigure(settings); },
          .degradation =
              [] {
                return Degradation{.answers_continue = true,
                                   .text = "values are kept only in memory until it works again"};
              },
          .impairment = [this]() -> std::optional<Impairment> {
            const stockclient::StoreWorkerState state = worker_.state();
            if (!state.error) return std::nullopt;
            return Impairment{
                .usable = false,
                .text = std::string(to_string(state.error->kind)) + ": " + state.error->detail};
          }};
}

void ValueStore::store_failed(std::string_view operation, const StoreError& error) noexcept {
  metrics_.store_failed(operation);
  const std::string_view kind = to_string(error.kind);
  try {
    // Logs one line for each kind of error, however often the call is repeated.
    if (logged_error_ == kind) return;
    logged_error_ = kind;
  } catch (...) {
    // Out of memory; the line may be repeated.
  }
  log_.warning(
      "the store of values is failing; values are kept only in memory",
      {{"operation", operation}, {"error", kind}, {"detail", std::string_view(error.detail)}});
}

void ValueStore::store_recovered() noexcept {
  logged_error_.clear();
  log_.info("the store of values works again");
}

}  // namespace service
