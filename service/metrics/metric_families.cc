#include "service/metrics/metric_families.h"

namespace service {
namespace {

prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type) {
  prometheus::MetricFamily result;
  result.name = std::move(name);
  result.help = std::move(help);
  result.type = type;
  return result;
}

}  // namespace

prometheus::MetricFamily counter_family(std::string name, std::string help) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

prometheus::MetricFamily gauge_family(std::string name, std::string help) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

prometheus::MetricFamily histogram_family(std::string name, std::string help) {
  return family(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

void add_sample(prometheus::MetricFamily& family, Labels labels, double value) {
  prometheus::ClientMetric metric;
  (family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) =
      value;
  add_metric(family, labels, std::move(metric));
}

void add_metric(prometheus::MetricFamily& family, Labels labels, prometheus::ClientMetric metric) {
  for (const auto& [name, value] : labels)
    metric.label.push_back({std::string(name), std::string(value)});
  family.metric.push_back(std::move(metric));
}

prometheus::MetricFamily with_sample(prometheus::MetricFamily family, double value) {
  add_sample(family, {}, value);
  return family;
}

}  // namespace service
