#pragma once
/// `process_*` as the Prometheus client libraries export it, and `build_info`.

#include <vector>

#include <prometheus/collectable.h>

namespace service {

/// Reads /proc/self at each scrape. Thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace service
