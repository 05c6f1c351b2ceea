#include "tests/stress/rehearsal.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/stress/format.h"
#include "tests/stress/load.h"
#include "tests/stress/summary.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"

namespace stress {
namespace {

using nlohmann::json;
using test_support::http_get;
using test_support::http_request;
using test_support::Process;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kTick = 20ms;

std::string beside_this_program(const char* name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

std::string text(std::chrono::milliseconds duration) {
  return std::to_string(duration.count()) + "ms";
}

test_support::Command simulator_command(const Plan& plan) {
  return {.binary = beside_this_program("alphavantage-simulator"),
          .args = {"--latency", text(plan.upstream_latency)}};
}

test_support::Command service_command(const Plan& plan, std::uint16_t simulator_port) {
  return {.binary = beside_this_program("stock-service"),
          .args = {"--port",
                   "0",
                   "--upstream-url",
                   "http://127.0.0.1:" + std::to_string(simulator_port),
                   "--quota-plan",
                   "unlimited",
                   "--market-hours",
                   "off",
                   "--quote-updates",
                   "realtime",
                   "--fresh-ttl",
                   text(plan.fresh_ttl),
                   "--upstream-timeout",
                   text(plan.upstream_timeout),
                   "--max-wait",
                   "2s",
                   "--open-timeout",
                   text(plan.open_timeout),
                   "--throttle-hold-minute",
                   text(plan.minute_hold),
                   "--failure-threshold",
                   std::to_string(plan.failure_threshold),
                   "--bulkhead",
                   std::to_string(plan.bulkhead),
                   "--drain-grace",
                   "0s"},
          .environment = {{"ALPHAVANTAGE_API_KEY", "stress"}}};
}

/// Polls the service while the load runs.
class Watch {
 public:
  Watch(Record& record, std::uint16_t service_port, std::uint16_t simulator_port)
      : record_(record), service_port_(service_port), simulator_port_(simulator_port) {}

  void look(double now) {
    try {
      const test_support::HttpResponse response = http_get(service_port_, "/circuit-breaker");
      const double took = std::chrono::duration<double>(response.took).count();
      record_.slowest_status = std::max(record_.slowest_status, took);
      note(now, json::parse(response.body));
    } catch (const std::exception&) {
      ++record_.failed_status;
    }
  }

  void set_mode(const std::string& mode) const {
    const std::string body = json{{"mode", mode}}.dump();
    if (http_request(simulator_port_, "PUT", "/_control/mode", body).status != 200) {
      throw std::runtime_error("the simulator does not know the mode " + mode);
    }
  }

  [[nodiscard]] int upstream_calls() const {
    return json::parse(http_get(simulator_port_, "/_control/calls").body).at("total").get<int>();
  }

 private:
  void note(double now, const json& status) {
    // The worst state among the breakers of the host and its functions.
    record_.final_state = status.at("state").get<std::string>();
    const json& transitions = status.at("breakers").at(0).at("transitions");
    record_.opened = transitions.at("closedToOpen").get<int>();
    record_.closed = transitions.at("halfOpenToClosed").get<int>();
    if (record_.states.empty() || record_.states.back().state != record_.final_state) {
      record_.states.push_back({now, record_.final_state});
    }
  }

  Record& record_;
  std::uint16_t service_port_;
  std::uint16_t simulator_port_;
};

void ask_for_known_symbols(const Plan& plan, std::uint16_t port) {
  for (int i = 0; i < plan.known_symbols; ++i) {
    const test_support::HttpResponse response = http_get(port, "/stocks/KNOWN" + std::to_string(i));
    if (response.status != 200) {
      throw std::runtime_error("no first quote: " + response.body);
    }
  }
}

void print_progress(const Record& record, const Phase& phase, double now,
                    const std::vector<Sample>& samples) {
  PhaseSummary last;
  std::vector<double> latencies;
  for (const Sample& sample : samples) {
    latencies.push_back(sample.latency);
    last.fresh += sample.outcome == Outcome::fresh ? 1 : 0;
    last.stale += sample.outcome == Outcome::stale ? 1 : 0;
    last.refused += sample.outcome == Outcome::refused ? 1 : 0;
    last.failed += sample.outcome == Outcome::failed ? 1 : 0;
  }
  std::printf(
      "%5.1f s  %-9s %6zu answered  %5d fresh  %5d stale  %4d refused  %4d failed  "
      "p99 %9s  breaker %s\n",
      now, phase.name.c_str(), samples.size(), last.fresh, last.stale, last.refused, last.failed,
      milliseconds(latency_of(latencies).p99).c_str(), record.final_state.c_str());
  std::fflush(stdout);
}

/// Goes through the phases while the load's thread sends requests.
void walk_through_phases(Record& record, Watch& watch, const Recorder& recorder,
                         Clock::time_point start) {
  std::size_t reported = 0;
  double next_report = 1;
  for (Phase& phase : record.phases) {
    watch.set_mode(phase.mode);
    const int calls_before = watch.upstream_calls();
    for (;;) {
      const double now = std::chrono::duration<double>(Clock::now() - start).count();
      if (now >= phase.end) break;
      watch.look(now);
      if (now >= next_report) {
        const std::vector<Sample> samples = recorder.since(reported);
        reported += samples.size();
        print_progress(record, phase, now, samples);
        next_report += 1;
      }
      std::this_thread::sleep_for(kTick);
    }
    phase.upstream_calls = watch.upstream_calls() - calls_before;
  }
}

std::vector<Phase> phases_of(const Plan& plan) {
  std::vector<Phase> phases{{.name = "healthy", .mode = "ok"},
                            {.name = "error", .mode = "error"},
                            {.name = "hang", .mode = "hang"},
                            {.name = "throttle", .mode = "throttle-minute"},
                            {.name = "healed", .mode = "ok"}};
  const double length = plan.seconds / static_cast<double>(phases.size());
  for (std::size_t i = 0; i < phases.size(); ++i) {
    phases[i].start = length * static_cast<double>(i);
    phases[i].end = length * static_cast<double>(i + 1);
  }
  return phases;
}

}  // namespace

Record rehearse(const Plan& plan) {
  Process simulator(simulator_command(plan));
  const std::uint16_t simulator_port = simulator.wait_for_port();
  Process service(service_command(plan, simulator_port));
  const std::uint16_t service_port = service.wait_for_port();
  ask_for_known_symbols(plan, service_port);

  Record record{.plan = plan, .phases = phases_of(plan)};
  Watch watch(record, service_port, simulator_port);
  Recorder recorder;
  OpenLoop load(plan, service_port, recorder);
  const Clock::time_point start = Clock::now();
  {
    const std::jthread sender([&] { load.run(start); });
    walk_through_phases(record, watch, recorder, start);
  }
  watch.look(plan.seconds);
  record.samples = recorder.since(0);
  service.signal(SIGTERM);
  simulator.signal(SIGTERM);
  record.ended_cleanly = service.wait_for_exit() == 0 && simulator.wait_for_exit() == 0;
  return record;
}

}  // namespace stress
