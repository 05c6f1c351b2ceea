#include "service/operations/admin_handlers.h"

#include <algorithm>
#include <memory>

#include "service/http/problem.h"
#include "service/json/json_writer.h"
#include "stockclient/domain/ascii.h"

namespace service {
namespace {

using circuitbreaker::CircuitBreaker;

/// The token of `Authorization: Bearer TOKEN` (RFC 6750, section 2.1), or empty.
std::string_view bearer_token(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string_view value = request.header("Authorization");
  if (!stockclient::equal_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return {};
  value.remove_prefix(kScheme.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

HttpResponse unauthorized() {
  HttpResponse response =
      problem_response({.code = ProblemCode::unauthorized,
                        .detail = "This endpoint requires the bearer token of the admin."});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"stock-service admin\"");
  return response;
}

HttpResponse not_found(std::string detail) {
  return problem_response({.code = ProblemCode::not_found, .detail = std::move(detail)});
}

struct AdminAction {
  std::string_view pattern;
  std::string_view name;
  void (CircuitBreaker::*apply)(std::string_view reason);
};

constexpr AdminAction kActions[] = {
    {"/circuit-breaker/{name}/force-open", "force-open", &CircuitBreaker::force_open},
    {"/circuit-breaker/{name}/force-close", "force-close", &CircuitBreaker::force_close},
    {"/circuit-breaker/{name}/reset", "reset", &CircuitBreaker::reset},
};

/// Whether the request carries the operator's token. Logs one that does not.
bool is_authorized(const AdminContext& context, std::string_view action,
                   const HttpRequest& request) {
  if (equal_in_constant_time(bearer_token(request), context.token.reveal())) return true;
  context.log.warning("admin request rejected: wrong token",
                      {{"action", action}, {"client", request.client_address}});
  return false;
}

HttpResponse apply(const AdminContext& context, const AdminAction& action,
                   const HttpRequest& request, const std::string& name) {
  if (!is_authorized(context, action.name, request)) return unauthorized();
  const Dependency* const dependency = find_dependency(context.dependencies, name);
  if (dependency == nullptr) {
    context.log.warning(
        "admin request for an unknown breaker",
        {{"action", action.name}, {"breaker", name}, {"client", request.client_address}});
    return not_found("There is no circuit breaker with this name.");
  }
  CircuitBreaker& breaker = dependency->breaker;
  const std::string reason = "an operator requested " + std::string(action.name);
  (breaker.*action.apply)(reason);
  for (CircuitBreaker* const part : dependency->parts) (part->*action.apply)(reason);
  context.log.warning(
      "admin request applied",
      {{"action", action.name}, {"breaker", name}, {"client", request.client_address}});
  const circuitbreaker::Snapshot snapshot = breaker.snapshot();
  JsonWriter json;
  json.begin_object().key("name").string(snapshot.name);
  json.key("state").string(circuitbreaker::to_string(snapshot.state));
  json.key("mode").string(circuitbreaker::to_string(snapshot.mode)).end_object();
  HttpResponse response;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::make_shared<const std::string>(std::move(json).text());
  return response;
}

/// Logs that an operator's request about a symbol goes ahead.
void log_symbol_action(const AdminContext& context, std::string_view action,
                       const HttpRequest& request, const std::string& symbol) {
  context.log.warning("admin request applied",
                      {{"action", action}, {"symbol", symbol}, {"client", request.client_address}});
}

HandlerResult refresh(const AdminContext& context, const HttpRequest& request,
                      const std::string& symbol) {
  if (!is_authorized(context, "refresh", request)) return unauthorized();
  log_symbol_action(context, "refresh", request, symbol);
  return refreshed_quote(context.stocks, request, symbol);
}

HandlerResult forget(const AdminContext& context, const HttpRequest& request,
                     const std::string& symbol) {
  if (!is_authorized(context, "forget", request)) return unauthorized();
  log_symbol_action(context, "forget", request, symbol);
  return forget_symbol(context.stocks, symbol);
}

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept {
  if (secret.empty()) return false;
  // `volatile` keeps the compiler from leaving the loop at the first difference.
  volatile unsigned char difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(given[i]) ^
                      static_cast<unsigned char>(secret[i % secret.size()])));
  return difference == 0;
}

void add_admin_routes(Router& router, const AdminContext& context) {
  if (context.token.empty()) return;
  const auto shared = std::make_shared<const AdminContext>(context);
  for (const AdminAction& action : kActions)
    router.add({"POST",
                action.pattern,
                {200, 401, 404, 500},
                [shared, action](const HttpRequest& request, const std::string& name) {
                  return apply(*shared, action, request, name);
                }});
  router.add({"POST",
              "/stocks/{symbol}/refresh",
              {200, 400, 401, 404, 429, 500, 501, 502, 503, 504},
              [shared](const HttpRequest& request, const std::string& symbol) {
                return refresh(*shared, request, symbol);
              }});
  router.add({"DELETE",
              "/stocks/{symbol}",
              {204, 400, 401, 404, 500},
              [shared](const HttpRequest& request, const std::string& symbol) {
                return forget(*shared, request, symbol);
              }});
}

}  // namespace service
