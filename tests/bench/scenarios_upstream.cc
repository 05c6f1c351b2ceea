#include <algorithm>
#include <csignal>
#include <iostream>
#include <limits>
#include <stdexcept>

#include "tests/bench/loads.h"
#include "tests/bench/scenarios.h"
#include "tests/stress/load.h"
#include "tests/stress/recorder.h"
#include "tests/support/crowd.h"
#include "tests/support/http_client.h"

namespace bench {
namespace {

constexpr std::size_t kHerd = 10'000;

/// A wrk script that requests a new symbol each time; `prefix` distinguishes the rounds.
std::string new_symbols(const std::string& path, const std::string& prefix,
                        const std::string& suffix) {
  return "local n = 0\nfunction request()\n  n = n + 1\n  return wrk.format('GET', '" + path +
         prefix + "' .. n .. '" + suffix + "')\nend\n";
}

/// Findings from an open-loop load of 500 requests a second.
struct Phase {
  double known = 0;
  double known_not_200 = 0;
  /// Latencies of known symbols, in milliseconds.
  double p99 = 0;
  double unknown = 0;
  double unknown_503_or_504 = 0;
  /// Number of stale responses without a reason, and of 503 without Retry-After.
  double unexplained = 0;
};

Phase run_phase(const Subject& service, double seconds, int cold_every) {
  stress::Plan plan;
  plan.seconds = seconds;
  plan.cold_every = cold_every;
  // Requests for unknown symbols wait, and must not occupy the connections that the other requests
  // need.
  plan.connections = 1000;
  stress::Recorder recorder;
  stress::OpenLoop(plan, service.port, recorder).run(stress::OpenLoop::Clock::now());
  Phase phase;
  std::vector<double> latencies;
  for (const auto& sample : recorder.since(0)) {
    phase.unexplained += sample.unexplained ? 1 : 0;
    if (sample.known) {
      ++phase.known;
      phase.known_not_200 += sample.status == 200 ? 0 : 1;
      latencies.push_back(1000 * sample.latency);
    } else {
      ++phase.unknown;
      phase.unknown_503_or_504 += sample.status == 503 || sample.status == 504 ? 1 : 0;
    }
  }
  phase.p99 = percentile(latencies, 0.99);
  return phase;
}

constexpr double kOutageSeconds = 8;
constexpr int kNoCold = std::numeric_limits<int>::max();

/// Starts with a healthy service, 20 known symbols and a closed breaker; then makes the upstream
/// hang.
struct Outage {
  Phase healthy;
  Phase hang;
  double calls = 0;
};

Outage rehearse(const Tools& tools, int cold_every) {
  const auto upstream = start_upstream(tools, {"--latency", "20ms"});
  const auto service =
      start_service(tools, upstream.port, {"--fresh-ttl", "1s", "--upstream-timeout", "500ms"});
  run_phase(service, 1, kNoCold);
  Outage outage;
  outage.healthy = run_phase(service, kOutageSeconds, kNoCold);
  const auto before = test_support::http_get(service.port, "/circuit-breaker").body;
  if (before.find(R"("state":"closed")") == std::string::npos) {
    throw std::runtime_error("the breaker is not closed before the outage: " + before);
  }
  forget_calls(upstream);
  set_mode(upstream, "hang");
  outage.hang = run_phase(service, kOutageSeconds, cold_every);
  outage.calls = static_cast<double>(count_calls(upstream));
  set_mode(upstream, "ok");
  return outage;
}

/// The targets that both runs request.
void judge(const std::string& name, const Outage& outage, Results& results) {
  const auto& [healthy, hang, calls] = outage;
  const double allowed = std::max(2 * healthy.p99, healthy.p99 + 10);
  results.figures[name + ": healthy p99 of known symbols, ms"] = healthy.p99;
  results.figures[name + ": requests for known symbols"] = hang.known;
  results.targets.insert(
      results.targets.end(),
      {{name + ": known symbols not answered 200", hang.known_not_200, 0, false, ""},
       {name + ": p99 of known symbols", hang.p99, allowed, false, "ms"},
       {name + ": upstream calls in 8 s", calls, 25, false, ""},
       {name + ": answers that do not say why", hang.unexplained, 0, false, ""}});
}

}  // namespace

void measure_cold(const Tools& tools, const Effort& effort, Results& results) {
  Comparison comparison{.name = "Cold symbols, 64 connections, upstream 50 ms",
                        .series = {{.subject = "service"}, {.subject = "nginx proxy_cache"}}};
  for (int round = 0; round < std::max(3, effort.rounds - 2); ++round) {
    const auto upstream = start_upstream(tools, {"--latency", "50ms"});
    const auto prefix = "C" + std::to_string(round) + "X";
    // One function may use three quarters of the bulkhead, so each connection can have a call.
    const auto service = start_service(tools, upstream.port, {"--bulkhead", "86"});
    const Load load{.target = "/", .connections = 64, .seconds = effort.seconds};
    const auto own = run_wrk(tools, service, load, new_symbols("/stocks/", prefix, ""));
    const auto nginx = start_nginx(tools, upstream.port);
    const auto other = run_wrk(
        tools, nginx, load,
        new_symbols("/query?function=GLOBAL_QUOTE&apikey=BENCHBENCHBENCH0&symbol=", "N" + prefix,
                    ""));
    comparison.series[0].rates.push_back(own.requests_per_second);
    comparison.series[0].bytes_per_answer = own.bytes_per_answer;
    comparison.series[0].errors += own.errors;
    comparison.series[1].rates.push_back(other.requests_per_second);
    comparison.series[1].bytes_per_answer = other.bytes_per_answer;
    comparison.series[1].errors += other.errors;
    std::cerr << "  cold, round " << round + 1 << ": " << own.requests_per_second << "/s, nginx "
              << other.requests_per_second << "/s\n";
  }
  results.targets.push_back(
      {"Cold symbols: to nginx proxy_cache", comparison.ratio_to("nginx proxy_cache"), 0.9});
  results.targets.push_back({"Cold symbols: errors", comparison.series[0].errors, 0, false, ""});
  results.comparisons.push_back(std::move(comparison));
}

void measure_herd(const Tools& tools, const Effort&, Results& results) {
  const auto upstream = start_upstream(tools, {"--latency", "50ms"});
  const auto service = start_service(tools, upstream.port);
  test_support::Crowd crowd(service.port, kHerd);
  forget_calls(upstream);
  const auto result =
      crowd.ask_once([](const auto&) { return "/stocks/HERD"; }, std::chrono::seconds(30));
  results.targets.push_back(
      {"Herd of 10,000: answers 200", static_cast<double>(result.ok), kHerd, true, ""});
  results.targets.push_back(
      {"Herd of 10,000: upstream calls", static_cast<double>(count_calls(upstream)), 1, false, ""});
  results.figures["Herd of 10,000: seconds until the last answer"] = result.seconds;
}

void measure_outage(const Tools& tools, const Effort&, Results& results) {
  constexpr int kOneInTwenty = 20;
  judge("Outage", rehearse(tools, kNoCold), results);
  // Uses a new service, because the breaker of the first one is open.
  const std::string name = "Outage and 5% unknown";
  const auto mixed = rehearse(tools, kOneInTwenty);
  judge(name, mixed, results);
  results.figures[name + ": requests for unknown symbols"] = mixed.hang.unknown;
  results.targets.push_back({name + ": unknown symbols not answered 503 or 504",
                             mixed.hang.unknown - mixed.hang.unknown_503_or_504, 0, false, ""});
}

void measure_drain(const Tools& tools, const Effort&, Results& results) {
  const auto upstream = start_upstream(tools);
  const auto service = start_service(tools, upstream.port, {"--drain-grace", "500ms"});
  test_support::Crowd crowd(service.port, 1000);
  bool told = false;
  const auto result =
      crowd.keep_asking([](const auto&) { return "/stocks/IBM"; }, std::chrono::seconds(20),
                        [&](const test_support::CrowdResult& so_far) {
                          if (!told && so_far.ok > 20'000) {
                            told = true;
                            service.process->signal(SIGTERM);
                          }
                          return true;
                        });
  const auto exit_code = service.process->wait_for_exit();
  results.figures["Drain: requests asked by 1,000 connections"] = static_cast<double>(result.asked);
  results.targets.insert(
      results.targets.end(),
      {{"Drain: requests without a whole answer",
        static_cast<double>(result.asked - result.ok - result.other), 0, false, ""},
       {"Drain: answers that are not 200", static_cast<double>(result.other), 0, false, ""},
       {"Drain: exit code", static_cast<double>(exit_code.value_or(-1)), 0, false, ""}});
}

}  // namespace bench
