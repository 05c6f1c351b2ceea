#include "service/operations/admin_handlers.h"

#include <algorithm>
#include <memory>

#include "service/http/problem.h"
#include "service/json/json_writer.h"
#include "stockclient/domain/ascii.h"

namespace service {
namespace {

using circuitbreaker::CircuitBreaker;

/// The token of `Authorization: Bearer TOKEN` (RFC 6750, 2.1), or empty.
std::string_view bearer_token(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string_view value = request.header("Authorization");
  if (!stockclient::equal_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return {};
  value.remove_prefix(kScheme.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

HttpResponse unauthorized() {
  HttpResponse response = problem_response(
      {.code = ProblemCode::unauthorized, .detail = "This needs the admin's bearer token."});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"stock-service admin\"");
  return response;
}

HttpResponse not_found(std::string detail) {
  return problem_response({.code = ProblemCode::not_found, .detail = std::move(detail)});
}

struct Switch {
  std::string_view pattern;
  std::string_view action;
  void (CircuitBreaker::*apply)(std::string_view reason);
};

constexpr Switch kSwitches[] = {
    {"/circuit-breaker/{name}/force-open", "force-open", &CircuitBreaker::force_open},
    {"/circuit-breaker/{name}/force-close", "force-close", &CircuitBreaker::force_close},
    {"/circuit-breaker/{name}/reset", "reset", &CircuitBreaker::reset},
};

HttpResponse apply(const AdminDependencies& deps, const Switch& wanted, const HttpRequest& request,
                   const std::string& name) {
  if (!equal_in_constant_time(bearer_token(request), deps.token.reveal())) {
    deps.log.warning("admin request refused",
                     {{"action", wanted.action}, {"client", request.remote_address}});
    return unauthorized();
  }
  const auto found =
      std::find_if(deps.breakers.begin(), deps.breakers.end(),
                   [&name](const CircuitBreaker* breaker) { return breaker->name() == name; });
  if (found == deps.breakers.end()) {
    deps.log.warning(
        "admin request for an unknown breaker",
        {{"action", wanted.action}, {"breaker", name}, {"client", request.remote_address}});
    return not_found("There is no circuit breaker of this name.");
  }
  CircuitBreaker& breaker = **found;
  (breaker.*wanted.apply)("an operator asked for " + std::string(wanted.action));
  deps.log.warning(
      "admin request applied",
      {{"action", wanted.action}, {"breaker", name}, {"client", request.remote_address}});
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

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept {
  if (secret.empty()) return false;
  // volatile: the compiler must not leave the loop at the first difference.
  volatile unsigned char difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(given[i]) ^
                      static_cast<unsigned char>(secret[i % secret.size()])));
  return difference == 0;
}

void add_admin_routes(Router& router, const AdminDependencies& dependencies) {
  if (dependencies.token.empty()) return;
  const auto deps = std::make_shared<const AdminDependencies>(dependencies);
  for (const Switch& wanted : kSwitches)
    router.add({"POST",
                wanted.pattern,
                {200, 401, 404, 500},
                [deps, wanted](const HttpRequest& request, const std::string& name) {
                  return apply(*deps, wanted, request, name);
                }});
}

}  // namespace service
