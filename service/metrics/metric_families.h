#pragma once
/// Helpers that build metric families for prometheus-cpp's serializer.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <prometheus/metric_family.h>

namespace service {

/// Label names with their values.
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A counter family. The serializer does not escape `help`, here and below: it must be a single
/// line without backslashes.
[[nodiscard]] prometheus::MetricFamily counter_family(std::string name, std::string help);
/// A gauge family.
[[nodiscard]] prometheus::MetricFamily gauge_family(std::string name, std::string help);
/// A histogram family.
[[nodiscard]] prometheus::MetricFamily histogram_family(std::string name, std::string help);

/// Adds a sample to a counter or gauge family.
void add_sample(prometheus::MetricFamily& family, Labels labels, double value);
/// Adds a sample that has already been collected, such as a histogram's.
void add_metric(prometheus::MetricFamily& family, Labels labels, prometheus::ClientMetric metric);

/// A family with a single sample without labels.
[[nodiscard]] prometheus::MetricFamily with_sample(prometheus::MetricFamily family, double value);

}  // namespace service
