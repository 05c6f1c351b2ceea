#pragma once
/// Metrics of the process: `process_*` as the Prometheus client libraries export them, and
/// `build_info`.

#include <vector>

#include <prometheus/collectable.h>

namespace service {

/// Exports the values of /proc/self, read at each scrape. Thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  /// The current values of all metrics of this class.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace service
