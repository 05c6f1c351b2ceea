#include <algorithm>
#include <csignal>
#include <iostream>
#include <limits>

#include "tests/bench/scenarios.h"
#include "tests/bench/wrk.h"
#include "tests/stress/load.h"
#include "tests/stress/recorder.h"
#include "tests/support/crowd.h"

namespace bench {
namespace {

constexpr std::size_t kHerd = 10'000;

/// A wrk script that asks for another symbol each time; `prefix` keeps rounds apart.
std::string new_symbols(const std::string& path, const std::string& prefix,
                        const std::string& suffix) {
  return "local n = 0\nfunction request()\n  n = n + 1\n  return wrk.format('GET', '" + path +
         prefix + "' .. n .. '" + suffix + "')\nend\n";
}

/// Latencies of known symbols in milliseconds, and what was not a quote.
struct Phase {
  double p99 = 0;
  double known_without_quote = 0;
  double known = 0;
  double unknown = 0;
  double unexplained = 0;
};

Phase run_phase(std::uint16_t port, double seconds, int cold_every) {
  stress::Plan plan;
  plan.seconds = seconds;
  plan.cold_every = cold_every;
  // Requests for unknown symbols wait: they must not use up the connections of the others.
  plan.connections = 1000;
  stress::Recorder recorder;
  stress::OpenLoop(plan, port, recorder).run(stress::OpenLoop::Clock::now());
  Phase phase;
  std::vector<double> latencies;
  for (const auto& sample : recorder.since(0)) {
    phase.unexplained += sample.unexplained ? 1 : 0;
    if (!sample.known) {
      ++phase.unknown;
      continue;
    }
    ++phase.known;
    latencies.push_back(1000 * sample.latency);
    const bool quote =
        sample.outcome == stress::Outcome::fresh || sample.outcome == stress::Outcome::stale;
    if (!quote) ++phase.known_without_quote;
  }
  phase.p99 = percentile(latencies, 0.99);
  return phase;
}

}  // namespace

void measure_cold(const Tools& tools, const Effort& effort, Results& results) {
  Comparison comparison{.name = "Cold symbols, 64 connections, upstream 50 ms",
                        .series = {{.subject = "service"}, {.subject = "nginx proxy_cache"}}};
  for (int round = 0; round < std::max(3, effort.rounds - 2); ++round) {
    const auto upstream = start_upstream(tools, {"--latency", "50ms"});
    const auto prefix = "C" + std::to_string(round) + "X";
    const auto service = start_service(tools, upstream.port, {"--bulkhead", "64"});
    const auto own =
        run_wrk(tools, service.port, "/", 64, effort.seconds, new_symbols("/stocks/", prefix, ""));
    const auto nginx = start_nginx(tools, upstream.port);
    const auto other = run_wrk(
        tools, nginx.port, "/", 64, effort.seconds,
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
  constexpr double kSeconds = 8;
  constexpr int kNone = std::numeric_limits<int>::max();
  constexpr int kOneInTwenty = 20;
  const auto upstream = start_upstream(tools, {"--latency", "20ms"});
  const auto service =
      start_service(tools, upstream.port, {"--fresh-ttl", "1s", "--upstream-timeout", "500ms"});
  run_phase(service.port, 1, kNone);
  const auto healthy = run_phase(service.port, kSeconds, kNone);
  forget_calls(upstream);
  set_mode(upstream, "hang");
  const auto hang = run_phase(service.port, kSeconds, kNone);
  const auto calls = count_calls(upstream);
  forget_calls(upstream);
  const auto mixed = run_phase(service.port, kSeconds, kOneInTwenty);
  const auto mixed_calls = count_calls(upstream);
  set_mode(upstream, "ok");
  const double allowed = std::max(2 * healthy.p99, healthy.p99 + 10);
  results.figures["Outage: healthy p99 of known symbols, ms"] = healthy.p99;
  results.figures["Outage: requests for unknown symbols"] = mixed.unknown;
  results.targets.insert(
      results.targets.end(),
      {{"Outage: known symbols without a quote", hang.known_without_quote, 0, false, ""},
       {"Outage: p99 of known symbols", hang.p99, allowed, false, "ms"},
       {"Outage: upstream calls in 8 s", static_cast<double>(calls), 25, false, ""},
       {"Outage and 5% unknown: known without a quote", mixed.known_without_quote, 0, false, ""},
       {"Outage and 5% unknown: p99 of known symbols", mixed.p99, allowed, false, "ms"},
       {"Outage and 5% unknown: upstream calls in 8 s", static_cast<double>(mixed_calls), 25, false,
        ""},
       {"Outage: answers that do not say why", hang.unexplained + mixed.unexplained, 0, false,
        ""}});
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
