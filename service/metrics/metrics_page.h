#pragma once
/// The page of GET /metrics, in Prometheus's text format.

#include <string>
#include <vector>

namespace prometheus {
class Collectable;
}

namespace service {

/// Collects the metrics of every collectable in order. Thread-safe if they are.
[[nodiscard]] std::string metrics_page(
    const std::vector<const prometheus::Collectable*>& collectables);

}  // namespace service
