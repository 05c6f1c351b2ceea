#include "service/operations/status_handlers.h"

#include "service/http/problem.h"
#include "service/json/json_writer.h"
#include "service/json/time_text.h"
#include "service/metrics/version.h"
#include "service/operations/breaker_json.h"

namespace service {
namespace {

HttpResponse fresh_json(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

void write_quota(JsonWriter& json, const stockclient::QuotaState& quota) {
  const auto calls_left = [&json](std::string_view window, std::optional<std::uint32_t> left) {
    json.key(window);
    left ? json.number(*left) : json.null();
  };
  json.key("quota").begin_object().key("plan").string(quota.plan);
  json.key("remaining").begin_object();
  calls_left("second", quota.remaining.second);
  calls_left("minute", quota.remaining.minute);
  calls_left("day", quota.remaining.day);
  json.end_object().key("heldUntil");
  quota.held_until ? json.string(rfc3339(*quota.held_until)) : json.null();
  json.key("heldReason");
  quota.held_reason ? json.string(to_string(*quota.held_reason)) : json.null();
  json.end_object();
}

/// Writes the dependency's breaker and returns its state.
circuitbreaker::State write_dependency(JsonWriter& json, const StatusContext& context,
                                       const Dependency& dependency) {
  circuitbreaker::Snapshot snapshot = dependency.breaker.snapshot();
  if (dependency.slow_call_rate) snapshot.settings.slow_call_rate = dependency.slow_call_rate();
  const PairedTime now = PairedTime::read(context.clocks.monotonic, context.clocks.wall);
  write_breaker(json, snapshot, dependency.fallbacks ? dependency.fallbacks() : 0, now);
  return snapshot.state;
}

HttpResponse all_breakers(const StatusContext& context) {
  JsonWriter breakers(2048);
  auto state = circuitbreaker::State::closed;
  breakers.begin_array();
  for (const Dependency& dependency : context.dependencies) {
    const circuitbreaker::State own = write_dependency(breakers, context, dependency);
    if (dependency.is_upstream) state = worse_state(state, own);
  }
  breakers.end_array();
  JsonWriter json(2560);
  json.begin_object().key("state").string(circuitbreaker::to_string(state));
  json.key("instance").string(context.instance);
  json.key("breakers").raw(std::move(breakers).text());
  write_quota(json, context.client.quota());
  json.end_object();
  return fresh_json(std::move(json).text());
}

HttpResponse one_breaker(const StatusContext& context, const std::string& name) {
  const Dependency* const dependency = find_dependency(context.dependencies, name);
  if (dependency == nullptr)
    return problem_response(
        {.code = ProblemCode::not_found, .detail = "There is no circuit breaker with this name."});
  JsonWriter json(2048);
  write_dependency(json, context, *dependency);
  return fresh_json(std::move(json).text());
}

/// Answers 200 as long as requests can be answered. The service is down only if an essential
/// dependency is unusable, that is, if it can neither be called nor be replaced by remembered
/// values.
HttpResponse health(const StatusContext& context) {
  HealthStatus overall = HealthStatus::ok;
  JsonWriter dependencies;
  dependencies.begin_array();
  for (const Dependency& dependency : context.dependencies) {
    const DependencyHealth health = assess(dependency);
    if (!health.answers_continue)
      overall = HealthStatus::down;
    else if (health.status != HealthStatus::ok && overall == HealthStatus::ok)
      overall = HealthStatus::degraded;
    dependencies.begin_object().key("name").string(health.name);
    dependencies.key("status").string(to_string(health.status));
    dependencies.key("breaker").string(circuitbreaker::to_string(health.breaker));
    dependencies.key("detail").string(health.detail).end_object();
  }
  dependencies.end_array();

  JsonWriter json;
  json.begin_object().key("status").string(to_string(overall)).key("version").string(kVersion);
  json.key("uptimeSeconds").seconds(context.clocks.monotonic.now() - context.started);
  json.key("dependencies").raw(std::move(dependencies).text()).end_object();
  return fresh_json(std::move(json).text(), overall == HealthStatus::down ? 503 : 200);
}

HttpResponse status_word(std::string_view word, int status = 200) {
  JsonWriter json;
  json.begin_object().key("status").string(word).end_object();
  return fresh_json(std::move(json).text(), status);
}

HttpResponse readiness(const Lifecycle& lifecycle) {
  switch (lifecycle.stage()) {
    case Lifecycle::Stage::ready:
      return status_word("ready");
    case Lifecycle::Stage::starting:
      return status_word("starting", 503);
    case Lifecycle::Stage::draining:
      break;
  }
  return status_word("draining", 503);
}

HttpResponse metrics(const StatusContext& context) {
  HttpResponse response = fresh_json(context.metrics_page());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

}  // namespace

void add_status_routes(Router& router, const StatusContext& context) {
  // One copy, which all routes share.
  const auto shared = std::make_shared<const StatusContext>(context);
  const auto add = [&router](std::string_view pattern, std::vector<int> statuses,
                             RouteHandler handler) {
    router.add({"GET", pattern, std::move(statuses), std::move(handler)});
  };
  add("/circuit-breaker", {200, 500},
      [shared](const HttpRequest&, const std::string&) { return all_breakers(*shared); });
  add("/circuit-breaker/{name}", {200, 404, 500},
      [shared](const HttpRequest&, const std::string& name) { return one_breaker(*shared, name); });
  add("/health", {200, 500, 503},
      [shared](const HttpRequest&, const std::string&) { return health(*shared); });
  add("/livez", {200, 500},
      [](const HttpRequest&, const std::string&) { return status_word("alive"); });
  add("/readyz", {200, 500, 503},
      [shared](const HttpRequest&, const std::string&) { return readiness(shared->lifecycle); });
  add("/metrics", {200, 500},
      [shared](const HttpRequest&, const std::string&) { return metrics(*shared); });
}

}  // namespace service
