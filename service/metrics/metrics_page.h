#pragma once
/// The page of GET /metrics, in Prometheus's text format.

#include <string>
#include <vector>

namespace prometheus {
class Collectable;
}

namespace service {

/// Renders the metrics of the given collectables in order. Thread-safe if the collectables are.
[[nodiscard]] std::string metrics_page(
    const std::vector<const prometheus::Collectable*>& collectables);

}  // namespace service
