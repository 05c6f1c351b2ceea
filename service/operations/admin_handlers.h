#pragma once
/// The operator's switches of a circuit breaker, behind a bearer token.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"

#include "service/http/router.h"
#include "service/log/log.h"
#include "stockclient/domain/secret.h"

namespace service {

/// What the handlers need; everything referenced must outlive them.
struct AdminDependencies {
  std::vector<circuitbreaker::CircuitBreaker*> breakers;
  /// Empty: there are no such endpoints, and whoever asks for one gets the 404 of any other path.
  stockclient::Secret token;
  Log& log;
};

/// `POST /circuit-breaker/{name}/{force-open,force-close,reset}`.
void add_admin_routes(Router& router, const AdminDependencies& dependencies);

/// Compares in a time that depends on `given` alone (its length), so that answers do not tell how
/// much of a guess was right. False when `secret` is empty.
[[nodiscard]] bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept;

}  // namespace service
