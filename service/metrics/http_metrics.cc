#include "service/metrics/http_metrics.h"

#include <algorithm>

#include <prometheus/histogram.h>

#include "service/metrics/metric_families.h"

namespace service {
namespace {

/// Bucket edges at the latency objectives (answers from memory within 1, 5 and 50 ms, status pages
/// within 250 ms) and at the default of max_wait (10 s).
prometheus::Histogram::BucketBoundaries duration_edges() {
  return {0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 0.5, 1, 2.5, 5, 10};
}

template <class Array, class Value>
std::size_t index_or_last(const Array& array, const Value& value) {
  const auto found = std::find(array.begin(), array.end() - 1, value);
  return static_cast<std::size_t>(found - array.begin());
}

}  // namespace

HttpMetrics::HttpMetrics(std::span<const Route> routes) : routes_(0) {
  std::vector<std::string_view> patterns;
  for (const Route& route : routes)
    if (std::find(patterns.begin(), patterns.end(), route.pattern) == patterns.end())
      patterns.push_back(route.pattern);
  patterns.push_back(kUnmatchedRoute);
  routes_ = std::vector<RouteMetrics>(patterns.size());
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    routes_[i].pattern = patterns[i];
    routes_[i].duration = std::make_unique<prometheus::Histogram>(duration_edges());
  }
  expect_of_routes(routes);
  expect_unmatched();
}

HttpMetrics::~HttpMetrics() = default;

void HttpMetrics::count(std::string_view pattern, std::string_view method, int status,
                        std::chrono::nanoseconds took) {
  RouteMetrics& route = metrics_of(pattern);
  route.counts[index_or_last(kMethods, method)][index_or_last(kStatuses, status)].fetch_add(
      1, std::memory_order_relaxed);
  route.duration->Observe(std::chrono::duration<double>(took).count());
}

HttpMetrics::RouteMetrics& HttpMetrics::metrics_of(std::string_view pattern) {
  const auto found =
      std::find_if(routes_.begin(), routes_.end() - 1,
                   [pattern](const RouteMetrics& route) { return route.pattern == pattern; });
  return *found;
}

void HttpMetrics::expect(RouteMetrics& route, std::string_view method, int status) const {
  route.expected[index_or_last(kMethods, method)][index_or_last(kStatuses, status)] = true;
}

/// Creates counters for the statuses that the routes declare, with HEAD wherever there is GET,
/// OPTIONS everywhere, and 405 for the methods that no route of a pattern serves.
void HttpMetrics::expect_of_routes(std::span<const Route> routes) {
  const auto serves = [routes](std::string_view pattern, std::string_view method) {
    return std::any_of(routes.begin(), routes.end(), [=](const Route& route) {
      return route.pattern == pattern &&
             (route.method == method || (route.method == "GET" && method == "HEAD"));
    });
  };
  for (const Route& route : routes) {
    RouteMetrics& metrics = metrics_of(route.pattern);
    for (const std::string_view method : kMethods)
      if (method != "OPTIONS" && !serves(route.pattern, method)) expect(metrics, method, 405);
    expect(metrics, "OPTIONS", 204);
    for (const int status : route.statuses) {
      expect(metrics, route.method, status);
      if (route.method == "GET") expect(metrics, "HEAD", status);
    }
  }
}

/// Creates counters for the statuses of unknown paths, of handlers that throw, and of requests that
/// are rejected before their method is known.
void HttpMetrics::expect_unmatched() {
  RouteMetrics& unmatched = routes_.back();
  for (const std::string_view method : kMethods)
    for (const int status : {400, 404, 500}) expect(unmatched, method, status);
  expect(unmatched, "OPTIONS", 204);
  for (const int status : {408, 413, 414, 431, 501, 503}) expect(unmatched, "other", status);
}

std::vector<prometheus::MetricFamily> HttpMetrics::Collect() const {
  auto requests = counter_family("http_requests_total", "Answered requests.");
  auto durations = histogram_family("http_request_duration_seconds",
                                    "Time from the arrival of a request to its response.");
  for (const RouteMetrics& route : routes_) {
    for (std::size_t m = 0; m < kMethods.size(); ++m) {
      for (std::size_t s = 0; s < kStatuses.size(); ++s) {
        const std::uint64_t value = route.counts[m][s].load(std::memory_order_relaxed);
        if (value == 0 && !route.expected[m][s]) continue;
        const std::string code = kStatuses[s] == 0 ? "other" : std::to_string(kStatuses[s]);
        add_sample(requests, {{"route", route.pattern}, {"method", kMethods[m]}, {"code", code}},
                   static_cast<double>(value));
      }
    }
    add_metric(durations, {{"route", route.pattern}}, route.duration->Collect());
  }
  const double connections = connections_ ? static_cast<double>(connections_()) : 0;
  return {std::move(requests), std::move(durations),
          with_sample(gauge_family("http_connections", "Open client connections."), connections)};
}

}  // namespace service
