#include "stockclient/flights/upstream_breakers.h"

#include <string>
#include <utility>

namespace stockclient {

using circuitbreaker::CircuitBreaker;
using circuitbreaker::Duration;
using circuitbreaker::Mode;
using circuitbreaker::Rejected;
using circuitbreaker::State;
using circuitbreaker::StateChange;
using circuitbreaker::TimePoint;
using circuitbreaker::unexpected;
using circuitbreaker::Verdict;

namespace {

circuitbreaker::Settings without_slow_call_rule(circuitbreaker::Settings settings) {
  settings.slow_call_rate = 0;
  return settings;
}

void end(circuitbreaker::Permit& permit, Verdict verdict, std::string_view reason) {
  switch (verdict) {
    case Verdict::success:
      return permit.success();
    case Verdict::failure:
      return permit.failure(reason);
    case Verdict::timeout:
      return permit.timeout(reason);
    case Verdict::ignored:
      return permit.ignore();
  }
}

}  // namespace

UpstreamPermit::UpstreamPermit(UpstreamBreakers& breakers, Function function,
                               circuitbreaker::Permit host,
                               std::optional<circuitbreaker::Permit> own,
                               TimePoint started) noexcept
    : breakers_(&breakers),
      function_(function),
      started_(started),
      host_(std::move(host)),
      own_(std::move(own)) {}

bool UpstreamPermit::is_probe() const noexcept {
  return host_.is_probe() || (own_ && own_->is_probe());
}

void UpstreamPermit::end(const CallEnd& end) {
  breakers_->end_call(*this, end);
}

UpstreamBreakers::GuardedFunction::GuardedFunction(std::string_view name,
                                                   const circuitbreaker::Settings& settings,
                                                   const circuitbreaker::Clock& clock)
    : breaker(std::string(name), settings, clock) {
  note_slow_call_rule(settings);
}

void UpstreamBreakers::GuardedFunction::note_slow_call_rule(
    const circuitbreaker::Settings& settings) noexcept {
  slow_after = settings.slow_call_rate > 0 ? settings.slow_call_duration.count() : 0;
}

UpstreamBreakers::UpstreamBreakers(const UpstreamBreakerSettings& settings,
                                   const circuitbreaker::Clock& clock)
    : clock_(clock),
      evidence_(settings.host),
      host_slow_call_rate_(settings.host.slow_call_rate),
      host_(std::string(kHostBreaker), without_slow_call_rule(settings.host), clock) {
  for (std::size_t i = 0; i < kFunctionCount; ++i) {
    functions_[i] =
        std::make_unique<GuardedFunction>(kFunctionBreakers[i], settings.functions[i], clock);
    functions_[i]->breaker.add_listener([this, i](const StateChange& change) {
      function_changed(static_cast<Function>(i), change);
    });
  }
  host_.add_listener([this](const StateChange& change) { host_changed(change); });
}

circuitbreaker::expected<UpstreamPermit, Rejected> UpstreamBreakers::try_acquire(
    Function function) noexcept {
  CircuitBreaker& own_breaker = of(function);
  const TimePoint now = clock_.now();
  // If the host is closed, the function's breaker decides first; otherwise the host's. This way, a
  // rejection by one breaker neither counts as a call for the other nor uses one of its probe
  // slots.
  if (host_.is_healthy()) {
    auto own = own_breaker.try_acquire();
    if (!own) return unexpected<Rejected>(own.error());
    auto host = host_.try_acquire();
    if (!host) return unexpected<Rejected>(host.error());
    return UpstreamPermit(*this, function, std::move(*host), std::move(*own), now);
  }
  auto host = host_.try_acquire();
  if (!host) return unexpected<Rejected>(host.error());
  auto own = own_breaker.try_acquire();
  if (own) return UpstreamPermit(*this, function, std::move(*host), std::move(*own), now);
  const bool passes = host->is_probe() && own.error().reason == Rejected::Reason::open &&
                      opened_in_outage(function);
  if (!passes) return unexpected<Rejected>(own.error());
  return UpstreamPermit(*this, function, std::move(*host), std::nullopt, now);
}

void UpstreamBreakers::end_call(UpstreamPermit& permit, const CallEnd& call) {
  const Function function = permit.function_;
  const TimePoint now = clock_.now();
  Verdict for_host = call.verdict;
  std::string_view reason = call.reason;
  const auto limit = slow_after(function);
  const bool slow = limit && now - permit.started_ >= *limit;
  if (slow) evidence_.note_slow(function, permit.started_);
  if (call.verdict == Verdict::success) {
    evidence_.succeeded(function, slow, now);
    if (slow && permit.host_.is_probe()) {
      for_host = Verdict::timeout;
      reason = "a probe was slow";
    }
  } else if (call.verdict != Verdict::ignored && !evidence_.failed(function, call.connected, now)) {
    for_host = Verdict::ignored;
    // The function is broken, not the host, so no further probe of the host uses this function.
    if (!permit.own_) functions_[index_of(function)]->opened_in_outage = false;
  }
  // The host receives its verdict first, so that if the same call opens both, the function opens
  // during the host's outage.
  stockclient::end(permit.host_, for_host, reason);
  if (permit.own_) stockclient::end(*permit.own_, call.verdict, call.reason);
}

std::optional<Duration> UpstreamBreakers::slow_after(Function function) const noexcept {
  const Duration limit(functions_[index_of(function)]->slow_after.load());
  return limit > Duration::zero() ? std::optional(limit) : std::nullopt;
}

void UpstreamBreakers::call_became_slow(Function function, TimePoint started) {
  const bool trips_host = evidence_.became_slow(function, started);
  // A breaker detects overdue calls only when it is called.
  static_cast<void>(of(function).snapshot());
  if (trips_host) host_.trip("too many consecutive slow calls");
}

CircuitBreaker& UpstreamBreakers::of(Function function) noexcept {
  return functions_[index_of(function)]->breaker;
}

bool UpstreamBreakers::opened_in_outage(Function function) const noexcept {
  return functions_[index_of(function)]->opened_in_outage;
}

void UpstreamBreakers::reconfigure(const UpstreamBreakerSettings& settings) {
  for (const circuitbreaker::Settings& function : settings.functions) {
    circuitbreaker::validate(function);
  }
  host_.reconfigure(without_slow_call_rule(settings.host));
  host_slow_call_rate_ = settings.host.slow_call_rate;
  evidence_.configure(settings.host);
  for (std::size_t i = 0; i < kFunctionCount; ++i) {
    functions_[i]->breaker.reconfigure(settings.functions[i]);
    functions_[i]->note_slow_call_rule(settings.functions[i]);
  }
}

void UpstreamBreakers::function_changed(Function function, const StateChange& change) {
  GuardedFunction& guarded = *functions_[index_of(function)];
  if (change.to == State::closed) guarded.opened_in_outage = false;
  if (change.to != State::open || change.snapshot.mode != Mode::normal) return;
  const circuitbreaker::Settings& settings = change.snapshot.settings;
  const bool over_slow_calls = change.from == State::closed && settings.slow_call_rate > 0 &&
                               change.snapshot.slow_call_rate >= settings.slow_call_rate;
  // A failure that opens a function has already been counted for the host, if it counts for it.
  if (over_slow_calls &&
      evidence_.blames_host_for_slowness(function, change.at - settings.slow_call_duration)) {
    host_.trip(change.reason);
  }
  if (!host_.is_healthy()) note_opened_in_outage(guarded);
}

void UpstreamBreakers::note_opened_in_outage(GuardedFunction& function) {
  function.opened_in_outage = true;
  // The host may have closed before the mark was set.
  if (host_.is_healthy() && function.opened_in_outage.exchange(false)) {
    function.breaker.try_half_open("the host has recovered");
  }
}

void UpstreamBreakers::host_changed(const StateChange& change) {
  if (change.to != State::closed) return;
  for (const auto& function : functions_) {
    if (function->opened_in_outage.exchange(false)) {
      function->breaker.try_half_open("the host has recovered");
    }
  }
}

}  // namespace stockclient
