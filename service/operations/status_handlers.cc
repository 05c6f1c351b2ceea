#include "service/operations/status_handlers.h"

#include "service/json/json_writer.h"
#include "service/json/time_text.h"
#include "service/operations/breaker_json.h"
#include "service/version.h"

namespace service {
namespace {

using circuitbreaker::State;

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
  quota.held_reason.empty() ? json.null() : json.string(quota.held_reason);
  json.end_object();
}

HttpResponse circuit_breaker(const StatusDependencies& deps) {
  const ShownBreaker shown{deps.alpha_vantage.snapshot(), deps.stale_answers.fallbacks()};
  const PairedTime now = PairedTime::read(deps.clocks.monotonic, deps.clocks.wall);
  JsonWriter json(2048);
  json.begin_object().key("state").string(circuitbreaker::to_string(shown.snapshot.state));
  json.key("breakers").begin_array();
  write_breaker(json, shown, now);
  json.end_array();
  write_quota(json, deps.client.quota());
  json.end_object();
  return fresh_json(std::move(json).text());
}

struct UpstreamHealth {
  std::string_view status;
  std::string detail;
  /// A caller who needs an answer of the upstream may get one.
  bool can_be_asked = true;
};

std::string left_today(const stockclient::QuotaState& quota) {
  return quota.remaining.day ? "; left today: " + std::to_string(*quota.remaining.day) : "";
}

UpstreamHealth held(const stockclient::QuotaState& quota) {
  // Callers wait for the end of this one.
  const bool brief = quota.held_reason == "throttled_second";
  return {"degraded",
          "no calls are made until " + rfc3339(*quota.held_until) + ": " +
              std::string(quota.held_reason) + left_today(quota),
          brief};
}

UpstreamHealth upstream_health(const circuitbreaker::Snapshot& snapshot,
                               const stockclient::QuotaState& quota) {
  if (snapshot.mode == circuitbreaker::Mode::forced_open)
    return {"down", "no calls are made because an operator forbids them", false};
  if (snapshot.state == State::open)
    return {"down", "no calls are made after repeated failures", false};
  if (quota.held_until) return held(quota);
  if (snapshot.state == State::half_open)
    return {"degraded", "a few calls are let through to find out whether it is back"};
  return {"ok", "calls are let through" + left_today(quota)};
}

/// 200 as long as answers can be given: down is only a service that can neither ask nor remember.
HttpResponse health(const StatusDependencies& deps) {
  const circuitbreaker::Snapshot snapshot = deps.alpha_vantage.snapshot();
  UpstreamHealth upstream = upstream_health(snapshot, deps.client.quota());
  const bool knows_something = deps.client.stats().cache_values > 0;
  std::string_view overall = upstream.status == "ok" ? "ok" : "degraded";
  if (!upstream.can_be_asked) {
    if (!knows_something) overall = "down";
    upstream.detail += knows_something ? "; known values are served" : "; no value is known";
  }

  JsonWriter json;
  json.begin_object().key("status").string(overall).key("version").string(kVersion);
  json.key("uptimeSeconds").seconds(deps.clocks.monotonic.now() - deps.started);
  json.key("dependencies").begin_array().begin_object();
  json.key("name").string(snapshot.name).key("status").string(upstream.status);
  json.key("breaker").string(circuitbreaker::to_string(snapshot.state));
  json.key("detail").string(upstream.detail).end_object().end_array().end_object();
  return fresh_json(std::move(json).text(), overall == "down" ? 503 : 200);
}

HttpResponse status_word(std::string_view word, int status = 200) {
  JsonWriter json;
  json.begin_object().key("status").string(word).end_object();
  return fresh_json(std::move(json).text(), status);
}

HttpResponse readiness(const Lifecycle& lifecycle) {
  switch (lifecycle.phase()) {
    case Lifecycle::Phase::ready:
      return status_word("ready");
    case Lifecycle::Phase::starting:
      return status_word("starting", 503);
    case Lifecycle::Phase::draining:
      break;
  }
  return status_word("draining", 503);
}

HttpResponse metrics(const StatusDependencies& deps) {
  HttpResponse response = fresh_json(deps.metrics_page());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

}  // namespace

void add_status_routes(Router& router, const StatusDependencies& deps) {
  router.add(
      {"GET", "/circuit-breaker", {200, 500}, [deps](const HttpRequest&, const std::string&) {
         return circuit_breaker(deps);
       }});
  router.add({"GET", "/health", {200, 500, 503}, [deps](const HttpRequest&, const std::string&) {
                return health(deps);
              }});
  router.add({"GET", "/livez", {200, 500}, [](const HttpRequest&, const std::string&) {
                return status_word("alive");
              }});
  router.add({"GET", "/readyz", {200, 500, 503}, [deps](const HttpRequest&, const std::string&) {
                return readiness(deps.lifecycle);
              }});
  router.add({"GET", "/metrics", {200, 500}, [deps](const HttpRequest&, const std::string&) {
                return metrics(deps);
              }});
}

}  // namespace service
