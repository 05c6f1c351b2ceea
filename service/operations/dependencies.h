#pragma once
/// The list of what the service depends on. /health, /circuit-breaker, the admin endpoints, the
/// breaker metrics, the log and live reload all iterate over this list, so a new dependency is one
/// more entry.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/health_checker.h"

#include "service/metrics/breaker_metrics.h"
#include "service/settings/settings.h"

namespace service {

/// What callers notice while a dependency cannot be used.
struct Degradation {
  /// Whether requests can still be answered.
  bool answers_continue = true;
  /// One clause for /health, such as `known values are served`.
  std::string text;
};

/// A reason, other than its breaker, that restricts the use of a dependency.
struct Impairment {
  /// Whether calls are merely delayed (true) or not made at all (false).
  bool usable = false;
  /// One clause for /health.
  std::string text;
};

/// One dependency. What it refers to must outlive it; its functions may be called from any thread.
struct Dependency {
  /// Guards the dependency; its name is the dependency's name.
  circuitbreaker::CircuitBreaker& breaker;
  /// The breaker's settings, derived from the service's; a reload applies them.
  std::function<circuitbreaker::Settings(const ServiceSettings&)> breaker_settings;
  /// What is lost without the dependency, at the moment.
  std::function<Degradation()> degradation;
  /// Part of Alpha Vantage, whose worst breaker is the state shown for the whole service.
  bool is_upstream = false;
  /// A current restriction other than the breaker's, such as a quota hold; may be empty.
  std::function<std::optional<Impairment>()> impairment = {};
  /// A clause for /health in every state, such as the calls that are left; may be empty.
  std::function<std::string()> remark = {};
  /// How often something else was served in place of a call's result; empty: never.
  std::function<std::uint64_t()> fallbacks = {};
  /// Pings the dependency; null: there is no health check.
  const circuitbreaker::HealthChecker* health_check = nullptr;
};

/// All dependencies, the most important one first.
using Dependencies = std::vector<Dependency>;

/// Whether a dependency, or the service as a whole, works.
enum class HealthStatus : std::uint8_t {
  ok,        ///< Works.
  degraded,  ///< Works with restrictions.
  down       ///< Does not work.
};

/// `ok`, `degraded` or `down`.
[[nodiscard]] std::string_view to_string(HealthStatus status) noexcept;

/// The health of one dependency.
struct DependencyHealth {
  /// Name of the dependency and of its breaker.
  std::string name;
  /// `down` when its breaker rejects calls.
  HealthStatus status = HealthStatus::ok;
  /// State of its breaker.
  circuitbreaker::State breaker = circuitbreaker::State::closed;
  /// An explanation for people.
  std::string detail;
  /// Whether requests can be answered as far as this dependency is concerned.
  bool answers_continue = true;
};

/// Determines the health of a dependency from its breaker, impairments and health check. Makes no
/// call to it.
[[nodiscard]] DependencyHealth assess(const Dependency& dependency);

/// The dependency of this name, or null.
[[nodiscard]] const Dependency* find_dependency(const Dependencies& dependencies,
                                                std::string_view name);

/// The breakers of all dependencies, for the metrics.
[[nodiscard]] std::vector<ExportedBreaker> exported_breakers(const Dependencies& dependencies);

}  // namespace service
