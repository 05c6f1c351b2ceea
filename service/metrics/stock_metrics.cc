#include "service/metrics/stock_metrics.h"

#include <limits>
#include <optional>

#include <prometheus/histogram.h>

#include "service/metrics/metric_families.h"
#include "stockclient/flights/upstream_breakers.h"
#include "stockclient/stock_client.h"

namespace service {
namespace {

using stockclient::CacheResult;
using stockclient::Failure;
using stockclient::FailureKind;
using stockclient::Function;

/// Bucket edges at the upstream's usual latency (0.1 to 1 s), the connect timeout (2 s) and the
/// call timeout (5 s).
std::unique_ptr<prometheus::Histogram> call_histogram() {
  return std::make_unique<prometheus::Histogram>(
      prometheus::Histogram::BucketBoundaries{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10});
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

double value_of(const std::atomic<std::uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

}  // namespace

StockMetrics::StockMetrics()
    : breaker_durations_(call_histogram()),
      // Bucket edges at the default lifetimes: that of a quote (60 s), plus the time for which it
      // is still served while it is refreshed (5 min), that of a history (1 h) and of a search (1
      // d).
      ages_(std::make_unique<prometheus::Histogram>(
          prometheus::Histogram::BucketBoundaries{1, 5, 15, 60, 360, 3600, 21600, 86400, 604800})) {
  for (auto& histogram : durations_) histogram = call_histogram();
}

StockMetrics::~StockMetrics() = default;

void StockMetrics::attempt_ended(Function function, const Failure* failure,
                                 std::chrono::nanoseconds duration) noexcept {
  const auto index = index_of(function);
  Counter& counter = failure == nullptr ? successes_[index]
                                        : failures_[index][static_cast<std::size_t>(failure->kind)];
  counter.fetch_add(1, std::memory_order_relaxed);
  durations_[index]->Observe(seconds(duration));
  breaker_durations_->Observe(seconds(duration));
}

void StockMetrics::answered(CacheResult result, bool with_value,
                            std::chrono::nanoseconds age) noexcept {
  cache_results_[static_cast<std::size_t>(result)].fetch_add(1, std::memory_order_relaxed);
  if (with_value) ages_->Observe(seconds(age));
}

void StockMetrics::refresh_ended(bool with_value) noexcept {
  (with_value ? refreshes_ : failed_refreshes_).fetch_add(1, std::memory_order_relaxed);
}

prometheus::MetricFamily StockMetrics::attempts() const {
  auto family = counter_family("alpha_vantage_requests_total",
                               "Calls to Alpha Vantage, by class of their answer.");
  for (std::size_t f = 0; f < failures_.size(); ++f) {
    for (const std::string_view answer_class : stockclient::kAnswerClasses) {
      // Several kinds of failure may have the same class.
      double count = answer_class == "success" ? value_of(successes_[f]) : 0;
      for (std::size_t kind = 0; kind < failures_[f].size(); ++kind) {
        if (traits(static_cast<FailureKind>(kind)).answer_class == answer_class)
          count += value_of(failures_[f][kind]);
      }
      add_sample(family,
                 {{"function", to_string(static_cast<Function>(f))}, {"class", answer_class}},
                 count);
    }
  }
  return family;
}

void StockMetrics::oddity_seen(Function, stockclient::Oddity oddity, std::string_view) noexcept {
  oddities_[static_cast<std::size_t>(oddity)].fetch_add(1, std::memory_order_relaxed);
}

prometheus::MetricFamily StockMetrics::oddities() const {
  auto family =
      counter_family("alpha_vantage_oddities_total",
                     "Answers that an operator should look at: unknown notices, errors and "
                     "formats, rejected certificates, proxies that require credentials, "
                     "accepted values of an older trading day, and quotes that move during "
                     "trading although only closes were expected.");
  for (std::size_t i = 0; i < oddities_.size(); ++i)
    add_sample(family, {{"kind", to_string(static_cast<stockclient::Oddity>(i))}},
               value_of(oddities_[i]));
  return family;
}

void StockMetrics::figures_unreadable(const stockclient::Query&, stockclient::Figure figure,
                                      std::uint32_t count) noexcept {
  unreadable_figures_[static_cast<std::size_t>(figure)].fetch_add(count, std::memory_order_relaxed);
}

prometheus::MetricFamily StockMetrics::data_faults() const {
  auto family =
      counter_family("stock_data_faults_total", "Unusable figures in Alpha Vantage's answers.");
  for (std::size_t i = 0; i < unreadable_figures_.size(); ++i)
    add_sample(family, {{"figure", to_string(static_cast<stockclient::Figure>(i))}},
               value_of(unreadable_figures_[i]));
  return family;
}

std::vector<prometheus::MetricFamily> StockMetrics::Collect() const {
  auto durations = histogram_family("alpha_vantage_request_duration_seconds",
                                    "Duration of the calls to Alpha Vantage.");
  for (std::size_t f = 0; f < durations_.size(); ++f)
    add_metric(durations, {{"function", to_string(static_cast<Function>(f))}},
               durations_[f]->Collect());
  auto breaker = histogram_family("circuit_breaker_call_duration_seconds",
                                  "Duration of the calls that a circuit breaker admitted.");
  add_metric(breaker, {{"name", stockclient::kHostBreaker}}, breaker_durations_->Collect());
  for (std::size_t f = 0; f < durations_.size(); ++f)
    add_metric(breaker, {{"name", stockclient::kFunctionBreakers[f]}}, durations_[f]->Collect());
  auto results = counter_family("stock_cache_requests_total",
                                "Answers to callers, by the state of the cached value.");
  for (std::size_t r = 0; r < cache_results_.size(); ++r)
    add_sample(results, {{"result", to_string(static_cast<CacheResult>(r))}},
               value_of(cache_results_[r]));
  auto ages = histogram_family("stock_answer_age_seconds", "Age of the values that were served.");
  add_metric(ages, {}, ages_->Collect());
  auto refreshes = counter_family("stock_refreshes_total",
                                  "Refreshes of known and watched values, by their result.");
  add_sample(refreshes, {{"result", "success"}}, value_of(refreshes_));
  add_sample(refreshes, {{"result", "failure"}}, value_of(failed_refreshes_));
  return {attempts(),         oddities(),         data_faults(),   std::move(durations),
          std::move(breaker), std::move(results), std::move(ages), std::move(refreshes)};
}

prometheus::MetricFamily StockGauges::quota_remaining(const stockclient::QuotaState& quota) {
  auto family = gauge_family("alpha_vantage_quota_remaining",
                             "Calls left in each quota window; +Inf without a limit.");
  const auto window = [&family](std::string_view name, std::optional<std::uint32_t> left) {
    add_sample(family, {{"window", name}}, left ? *left : std::numeric_limits<double>::infinity());
  };
  window("second", quota.remaining.second);
  window("minute", quota.remaining.minute);
  window("day", quota.remaining.day);
  return family;
}

prometheus::MetricFamily StockGauges::held(const stockclient::QuotaState& quota) {
  auto family =
      gauge_family("alpha_vantage_held",
                   "Reason for the current pause of all upstream calls: 1 for that reason.");
  for (const FailureKind reason : stockclient::kHeldReasons)
    add_sample(family, {{"reason", to_string(reason)}}, quota.held_reason == reason ? 1 : 0);
  return family;
}

std::vector<prometheus::MetricFamily> StockGauges::Collect() const {
  const stockclient::QuotaState quota = client_.quota();
  const double held_until = quota.held_until ? seconds(quota.held_until->time_since_epoch()) : 0;
  const stockclient::StockClientStats stats = client_.stats();
  const auto gauge = [](std::string name, std::string help, std::size_t value) {
    return with_sample(gauge_family(std::move(name), std::move(help)), static_cast<double>(value));
  };
  auto reasons =
      counter_family("stock_stale_answers_total", "Stale values that were served, by reason.");
  for (std::size_t r = 0; r < stockclient::kStaleReasonCount; ++r) {
    const auto reason = static_cast<stockclient::StaleReason>(r);
    add_sample(reasons, {{"reason", to_string(reason)}},
               static_cast<double>(stale_answers_.of(reason)));
  }
  return {gauge("stock_cache_bytes", "Memory of the cached values.", stats.cache_bytes),
          gauge("stock_cache_entries",
                "Cached answers, including the answer that a symbol does not exist.",
                stats.cache_entries),
          gauge("stock_flights_in_progress", "Distinct questions to the upstream in progress.",
                stats.flights),
          gauge("stock_refresh_queue",
                "Values that are due and wanted, and unknown symbols that wait for a call.",
                stats.queued_calls),
          gauge("stock_waiters", "Requests that wait for the upstream.", stats.waiters),
          gauge("retry_budget_remaining", "Retries that the retry budget currently allows.",
                stats.retry_budget_remaining),
          std::move(reasons),
          quota_remaining(quota),
          held(quota),
          with_sample(
              gauge_family("alpha_vantage_hold_until_timestamp_seconds",
                           "Unix time at which the pause of all upstream calls ends; 0 without a "
                           "pause."),
              held_until)};
}

}  // namespace service
