#include "service/metrics/log_metrics.h"

#include "service/log/log.h"
#include "service/metrics/metric_families.h"

namespace service {

std::vector<prometheus::MetricFamily> LogMetrics::Collect() const {
  return {with_sample(counter_family("log_lines_dropped_total",
                                     "Log lines that were dropped because standard error was not "
                                     "read in time."),
                      static_cast<double>(log_.dropped_lines()))};
}

}  // namespace service
