#include "service/metrics/stock_metrics.h"

#include <limits>
#include <optional>

#include <prometheus/histogram.h>

#include "service/metrics/metric_families.h"
#include "stockclient/stock_client.h"

namespace service {
namespace {

using stockclient::AnswerClass;
using stockclient::CacheResult;
using stockclient::Function;

/// Edges at the upstream's usual 0.1 to 1 s, the connect timeout (2 s) and the timeout (5 s).
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
      // Edges at the fresh lifetime (60 s), the time a value is served while it is refreshed (5 min
      // more), the history's (1 h), the search's (1 d) and the oldest value ever served (7 d).
      ages_(std::make_unique<prometheus::Histogram>(
          prometheus::Histogram::BucketBoundaries{1, 5, 15, 60, 360, 3600, 21600, 86400, 604800})) {
  for (auto& histogram : durations_) histogram = call_histogram();
}

StockMetrics::~StockMetrics() = default;

void StockMetrics::attempt_ended(Function function, AnswerClass answer_class,
                                 std::chrono::nanoseconds took) noexcept {
  const auto index = static_cast<std::size_t>(function);
  attempts_[index][static_cast<std::size_t>(answer_class)].fetch_add(1, std::memory_order_relaxed);
  durations_[index]->Observe(seconds(took));
  breaker_durations_->Observe(seconds(took));
}

void StockMetrics::answered(CacheResult result, bool with_value,
                            std::chrono::nanoseconds age) noexcept {
  cache_results_[static_cast<std::size_t>(result)].fetch_add(1, std::memory_order_relaxed);
  if (with_value) ages_->Observe(seconds(age));
}

prometheus::MetricFamily StockMetrics::attempts() const {
  auto family = counter_family("alpha_vantage_requests_total",
                               "Calls made to Alpha Vantage, by what their answer was.");
  for (std::size_t f = 0; f < attempts_.size(); ++f)
    for (std::size_t c = 0; c < attempts_[f].size(); ++c)
      add_sample(family,
                 {{"function", to_string(static_cast<Function>(f))},
                  {"class", to_string(static_cast<AnswerClass>(c))}},
                 value_of(attempts_[f][c]));
  return family;
}

void StockMetrics::oddity_seen(Function, stockclient::Oddity oddity, std::string_view) noexcept {
  oddities_[static_cast<std::size_t>(oddity)].fetch_add(1, std::memory_order_relaxed);
}

prometheus::MetricFamily StockMetrics::oddities() const {
  auto family = counter_family("alpha_vantage_oddities_total",
                               "Answers for a person to look at: unknown wordings and forms, "
                               "refused certificates, proxies that demand credentials, older "
                               "trading days that were accepted.");
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
  auto family = counter_family("stock_data_faults_total",
                               "Figures in Alpha Vantage's answers that could not be used.");
  for (std::size_t i = 0; i < unreadable_figures_.size(); ++i)
    add_sample(family, {{"figure", to_string(static_cast<stockclient::Figure>(i))}},
               value_of(unreadable_figures_[i]));
  return family;
}

std::vector<prometheus::MetricFamily> StockMetrics::Collect() const {
  auto durations =
      histogram_family("alpha_vantage_request_duration_seconds", "How long these calls took.");
  for (std::size_t f = 0; f < durations_.size(); ++f)
    add_metric(durations, {{"function", to_string(static_cast<Function>(f))}},
               durations_[f]->Collect());
  auto breaker = histogram_family("circuit_breaker_call_duration_seconds",
                                  "How long the calls took that a breaker admitted.");
  add_metric(breaker, {{"name", "alpha_vantage"}}, breaker_durations_->Collect());
  auto results = counter_family("stock_cache_requests_total",
                                "Answers to callers, by what the cache had for them.");
  for (std::size_t r = 0; r < cache_results_.size(); ++r)
    add_sample(results, {{"result", to_string(static_cast<CacheResult>(r))}},
               value_of(cache_results_[r]));
  auto ages = histogram_family("stock_answer_age_seconds", "How old the values were.");
  add_metric(ages, {}, ages_->Collect());
  auto store_errors = counter_family("stock_store_errors_total",
                                     "What should survive a restart and could not be written.");
  add_sample(store_errors, {{"operation", "write"}}, value_of(store_errors_));
  return {attempts(),         oddities(),         data_faults(),   std::move(durations),
          std::move(breaker), std::move(results), std::move(ages), std::move(store_errors)};
}

prometheus::MetricFamily StockGauges::quota_remaining(const stockclient::QuotaState& quota) {
  auto family = gauge_family("alpha_vantage_quota_remaining",
                             "Calls left in each window of the quota; +Inf without a limit.");
  const auto window = [&family](std::string_view name, std::optional<std::uint32_t> left) {
    add_sample(family, {{"window", name}}, left ? *left : std::numeric_limits<double>::infinity());
  };
  window("second", quota.remaining.second);
  window("minute", quota.remaining.minute);
  window("day", quota.remaining.day);
  return family;
}

prometheus::MetricFamily StockGauges::held(const stockclient::QuotaState& quota) {
  auto family = gauge_family("alpha_vantage_held", "Why no call is made: 1 for that reason.");
  for (const std::string_view reason : stockclient::kHeldReasons)
    add_sample(family, {{"reason", reason}}, quota.held_reason == reason ? 1 : 0);
  return family;
}

std::vector<prometheus::MetricFamily> StockGauges::Collect() const {
  const stockclient::QuotaState quota = client_.quota();
  const double held_until = quota.held_until ? seconds(quota.held_until->time_since_epoch()) : 0;
  const stockclient::StockClientStats stats = client_.stats();
  const auto gauge = [](std::string name, std::string help, std::size_t value) {
    return with_sample(gauge_family(std::move(name), std::move(help)), static_cast<double>(value));
  };
  auto reasons = counter_family("stock_stale_answers_total",
                                "Known values served stale, by why no fresh one was.");
  for (std::size_t r = 0; r < stockclient::kStaleReasonCount; ++r) {
    const auto reason = static_cast<stockclient::StaleReason>(r);
    add_sample(reasons, {{"reason", to_string(reason)}},
               static_cast<double>(stale_answers_.of(reason)));
  }
  return {gauge("stock_cache_bytes", "Memory held by cached values.", stats.cache_bytes),
          gauge("stock_cache_entries", "Cached answers, those that say there is nothing included.",
                stats.cache_entries),
          gauge("stock_flights_in_progress", "Upstream questions under way.", stats.flights),
          gauge("stock_waiters", "Requests waiting for them.", stats.waiters),
          gauge("retry_budget_remaining", "Retries that would be granted now.",
                stats.retry_budget_remaining),
          std::move(reasons),
          quota_remaining(quota),
          held(quota),
          with_sample(gauge_family("alpha_vantage_hold_until_timestamp_seconds",
                                   "Until when no call is made, Unix time; 0 without a hold."),
                      held_until)};
}

}  // namespace service
