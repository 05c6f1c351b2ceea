#pragma once
/// Metrics of HTTP: `http_requests_total`, `http_request_duration_seconds`, `http_connections`.

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

/// Counts requests by route, method and status code. All label combinations are known beforehand,
/// so a caller cannot create one, and counting is a single atomic addition. Thread-safety: every
/// member function except `set_connections` may be called from any thread.
class HttpMetrics final : public prometheus::Collectable {
 public:
  /// `routes`: all routes of the router; their patterns must outlive this object.
  explicit HttpMetrics(std::span<const Route> routes);
  ~HttpMetrics() override;

  /// Counts one answered request, including those that the HTTP layer rejected. `pattern`: the
  /// pattern of its route, or `unmatched`.
  void count(std::string_view pattern, std::string_view method, int status,
             std::chrono::nanoseconds took);
  /// Sets the source of `http_connections`, which is read at each scrape. Call it before serving
  /// begins; everything that it refers to must outlive the last scrape.
  void set_connections(std::function<std::size_t()> connections) {
    connections_ = std::move(connections);
  }

  /// The current values of all metrics of this class.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  static constexpr std::array<std::string_view, 5> kMethods{"GET", "HEAD", "POST", "OPTIONS",
                                                            "other"};
  static constexpr std::array<int, 18> kStatuses{200, 204, 304, 400, 401, 404, 405, 408, 413,
                                                 414, 429, 431, 500, 501, 502, 503, 504, 0};
  using StatusCounts = std::array<std::atomic<std::uint64_t>, kStatuses.size()>;

  struct RouteMetrics {
    std::string_view pattern;
    /// Indexed as [method][status].
    std::array<StatusCounts, kMethods.size()> counts{};
    /// Exported even while it is zero.
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
