#include "service/operations/breaker_json.h"

#include "service/json/json_writer.h"

namespace service {
namespace {

using circuitbreaker::Duration;
using circuitbreaker::Snapshot;

void seconds_or_null(JsonWriter& json, std::string_view key, const std::optional<Duration>& value) {
  json.key(key);
  value ? json.seconds(*value) : json.null();
}

void write_counts(JsonWriter& json, const Snapshot& snapshot) {
  const auto& calls = snapshot.calls;
  json.key("calls").begin_object().key("total").number(calls.total());
  json.key("success").number(calls.success).key("failure").number(calls.failure);
  json.key("timeout").number(calls.timeout).key("ignored").number(calls.ignored);
  json.key("rejected").number(calls.rejected).end_object();
}

void write_history(JsonWriter& json, const Snapshot& snapshot) {
  const auto& transitions = snapshot.transitions;
  json.key("transitions").begin_object();
  json.key("closedToOpen").number(transitions.closed_to_open);
  json.key("openToHalfOpen").number(transitions.open_to_half_open);
  json.key("halfOpenToClosed").number(transitions.half_open_to_closed);
  json.key("halfOpenToOpen").number(transitions.half_open_to_open).end_object();
  json.key("secondsInState").begin_object().key("closed").seconds(snapshot.in_closed);
  json.key("open").seconds(snapshot.in_open).key("half_open").seconds(snapshot.in_half_open);
  json.end_object();
}

void write_last_failure(JsonWriter& json, const Snapshot& snapshot, const PairedTime& now) {
  json.key("lastFailure");
  if (!snapshot.last_failure) {
    json.null();
    return;
  }
  json.begin_object().key("at").string(rfc3339(now.to_wall(snapshot.last_failure->at)));
  json.key("verdict").string(circuitbreaker::to_string(snapshot.last_failure->verdict));
  json.key("reason").string(snapshot.last_failure->reason).end_object();
}

void write_settings(JsonWriter& json, const circuitbreaker::Settings& settings) {
  json.key("settings").begin_object();
  json.key("failureThreshold").number(settings.failure_threshold);
  json.key("successThreshold").number(settings.success_threshold);
  json.key("openTimeoutSeconds").seconds(settings.open_timeout);
  json.key("openTimeoutMultiplier").number(settings.open_timeout_multiplier);
  json.key("openTimeoutMaxSeconds").seconds(settings.open_timeout_max);
  json.key("openTimeoutJitter").number(settings.open_timeout_jitter);
  json.key("halfOpenMaxCalls").number(settings.half_open_max_calls);
  json.key("failureRate").number(settings.failure_rate);
  json.key("slowCallRate").number(settings.slow_call_rate);
  json.key("slowCallDurationSeconds").seconds(settings.slow_call_duration);
  json.key("windowCalls").number(settings.window.calls);
  json.key("minimumCalls").number(settings.window.minimum_calls).end_object();
}

}  // namespace

void write_breaker(JsonWriter& json, const Snapshot& snapshot, std::uint64_t fallbacks,
                   const PairedTime& now) {
  json.begin_object().key("name").string(snapshot.name);
  json.key("state").string(circuitbreaker::to_string(snapshot.state));
  json.key("mode").string(circuitbreaker::to_string(snapshot.mode));
  json.key("since").string(rfc3339(now.to_wall(snapshot.since)));
  json.key("reason").string(snapshot.reason).key("retryAfterSeconds");
  snapshot.retry_after ? json.number(retry_after_seconds(*snapshot.retry_after)) : json.null();
  json.key("consecutiveFailures").number(snapshot.consecutive_failures);
  json.key("consecutiveSuccesses").number(snapshot.consecutive_successes);
  json.key("inFlight").number(snapshot.in_flight).key("overdue").number(snapshot.overdue);
  write_counts(json, snapshot);
  json.key("fallbacks").number(fallbacks);
  json.key("failureRate").number(snapshot.failure_rate);
  json.key("successRate").number(snapshot.success_rate);
  json.key("responseSeconds").begin_object();
  seconds_or_null(json, "min", snapshot.response_times.min);
  seconds_or_null(json, "avg", snapshot.response_times.avg);
  seconds_or_null(json, "max", snapshot.response_times.max);
  json.end_object();
  write_history(json, snapshot);
  write_last_failure(json, snapshot, now);
  write_settings(json, snapshot.settings);
  json.end_object();
}

}  // namespace service
