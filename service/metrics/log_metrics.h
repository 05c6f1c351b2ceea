#pragma once
/// The log's metric: `log_lines_dropped_total`.

#include <vector>

#include <prometheus/collectable.h>

namespace service {

class Log;

/// Exports the number of dropped log lines, read at each scrape. Thread-safe.
class LogMetrics final : public prometheus::Collectable {
 public:
  /// `log` must outlive this object.
  explicit LogMetrics(const Log& log) : log_(log) {}
  /// The current value.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Log& log_;
};

}  // namespace service
