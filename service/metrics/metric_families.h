#pragma once
/// Small helpers to build what prometheus-cpp's serializer writes.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <prometheus/metric_family.h>

namespace service {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// HELP is not escaped by the serializer: one line, without backslashes.
[[nodiscard]] prometheus::MetricFamily counter_family(std::string name, std::string help);
[[nodiscard]] prometheus::MetricFamily gauge_family(std::string name, std::string help);
[[nodiscard]] prometheus::MetricFamily histogram_family(std::string name, std::string help);

/// Adds a sample to a counter or gauge family.
void add_sample(prometheus::MetricFamily& family, Labels labels, double value);
/// Adds one already collected, such as a histogram's.
void add_metric(prometheus::MetricFamily& family, Labels labels, prometheus::ClientMetric metric);

/// The family of one sample without labels.
[[nodiscard]] prometheus::MetricFamily with_sample(prometheus::MetricFamily family, double value);

}  // namespace service
