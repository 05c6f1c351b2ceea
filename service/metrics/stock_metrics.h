#pragma once
/// Metrics of the stock client: cache results, answer ages, upstream calls and quota.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <prometheus/collectable.h>

#include "service/metrics/stale_answers.h"
#include "stockclient/domain/observer.h"

namespace prometheus {
class Histogram;
}

namespace stockclient {
class StockClient;
struct QuotaState;
}  // namespace stockclient

namespace service {

/// Counts the events that the stock client reports. Thread-safety: every member function may be
/// called from any thread. Counting does not allocate memory.
class StockMetrics final : public stockclient::Observer, public prometheus::Collectable {
 public:
  StockMetrics();
  ~StockMetrics() override;

  void attempt_ended(stockclient::Function function, const stockclient::Failure* failure,
                     std::chrono::nanoseconds duration) noexcept override;
  void oddity_seen(stockclient::Function function, stockclient::Oddity oddity,
                   std::string_view detail) noexcept override;
  void figures_unreadable(const stockclient::Query& query, stockclient::Figure figure,
                          std::uint32_t count) noexcept override;
  void refresh_ended(bool with_value) noexcept override;
  void answered(stockclient::CacheResult result, bool with_value,
                std::chrono::nanoseconds age) noexcept override;

  /// The current values of all metrics of this class.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  using Counter = std::atomic<std::uint64_t>;

  [[nodiscard]] prometheus::MetricFamily attempts() const;
  [[nodiscard]] prometheus::MetricFamily oddities() const;
  [[nodiscard]] prometheus::MetricFamily data_faults() const;

  std::array<Counter, stockclient::kFunctionCount> successes_{};
  std::array<std::array<Counter, stockclient::kFailureKindCount>, stockclient::kFunctionCount>
      failures_{};
  std::array<std::unique_ptr<prometheus::Histogram>, stockclient::kFunctionCount> durations_;
  std::unique_ptr<prometheus::Histogram> breaker_durations_;
  std::array<Counter, stockclient::kOddityCount> oddities_{};
  std::array<Counter, stockclient::kFigureCount> unreadable_figures_{};
  std::array<Counter, stockclient::kCacheResultCount> cache_results_{};
  Counter refreshes_{0};
  Counter failed_refreshes_{0};
  std::unique_ptr<prometheus::Histogram> ages_;
};

/// Exports the contents of the stock client, the remaining quota and the stale answers, read at
/// each scrape. Thread-safe.
class StockGauges final : public prometheus::Collectable {
 public:
  /// `client` and `stale` must outlive this object.
  StockGauges(const stockclient::StockClient& client, const StaleAnswers& stale_answers)
      : client_(client), stale_answers_(stale_answers) {}
  /// The current values of all metrics of this class.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  [[nodiscard]] static prometheus::MetricFamily quota_remaining(
      const stockclient::QuotaState& quota);
  [[nodiscard]] static prometheus::MetricFamily held(const stockclient::QuotaState& quota);

  const stockclient::StockClient& client_;
  const StaleAnswers& stale_answers_;
};

}  // namespace service
