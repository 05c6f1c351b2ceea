#pragma once
/// The operator's controls of circuit breakers and known values, protected by a bearer token.

#include <string_view>

#include "service/http/router.h"
#include "service/log/log.h"
#include "service/operations/dependencies.h"
#include "service/quotes/stock_handlers.h"
#include "stockclient/domain/secret.h"

namespace service {

/// Context of the admin endpoints; everything referenced must outlive the router.
struct AdminContext {
  /// The dependencies whose breakers can be controlled.
  const Dependencies& dependencies;
  /// Refreshes and forgets values.
  StockContext stocks;
  /// The bearer token. If it is empty, the admin endpoints do not exist and their paths answer 404.
  stockclient::Secret token;
  /// Records every request, successful or not.
  Log& log;
};

/// Adds the routes `POST /circuit-breaker/{name}/{force-open,force-close,reset}`,
/// `POST /stocks/{symbol}/refresh` and `DELETE /stocks/{symbol}`. A command on a breaker applies to
/// the dependency's breaker and to those of its parts.
void add_admin_routes(Router& router, const AdminContext& context);

/// Compares in a time that depends only on the length of `given`, so that the response time does
/// not reveal how much of a guess was correct. False if `secret` is empty.
[[nodiscard]] bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept;

}  // namespace service
