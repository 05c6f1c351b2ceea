#pragma once
/// Counts requests: `http_requests_total`, `http_request_duration_seconds`, `http_connections`.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>

#include "service/http/router.h"

namespace prometheus {
class Histogram;
}

namespace service {

/// Every label pair is known beforehand, so counting is one addition: no lookup by text, and
/// nothing that a caller could invent. Thread-safety: every member function may be called from any
/// thread.
class HttpMetrics final : public prometheus::Collectable {
 public:
  explicit HttpMetrics(std::span<const Route> routes);
  ~HttpMetrics() override;

  /// One finished request; `pattern` is a route's, or `unmatched`. Also for what the HTTP layer
  /// refuses by itself.
  void count(std::string_view pattern, std::string_view method, int status,
             std::chrono::nanoseconds took);
  /// Says how many connections are open, at each scrape. Call before serving begins; what it reads
  /// must outlive the last scrape.
  void set_connections(std::function<std::size_t()> connections) {
    connections_ = std::move(connections);
  }

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  static constexpr std::array<std::string_view, 5> kMethods{"GET", "HEAD", "POST", "OPTIONS",
                                                            "other"};
  static constexpr std::array<int, 18> kStatuses{200, 204, 304, 400, 401, 404, 405, 408, 413,
                                                 414, 429, 431, 500, 501, 502, 503, 504, 0};
  using StatusCounts = std::array<std::atomic<std::uint64_t>, kStatuses.size()>;

  struct RouteMetrics {
    std::string_view pattern;
    /// [method][status]
    std::array<StatusCounts, kMethods.size()> counts{};
    /// Exported even while zero.
    std::array<std::array<bool, kStatuses.size()>, kMethods.size()> expected{};
    std::unique_ptr<prometheus::Histogram> duration;
  };

  [[nodiscard]] RouteMetrics& metrics_of(std::string_view pattern);
  void expect_of_routes(std::span<const Route> routes);
  void expect_unmatched();
  void expect(RouteMetrics& route, std::string_view method, int status) const;

  std::vector<RouteMetrics> routes_;
  std::function<std::size_t()> connections_;
};

}  // namespace service
