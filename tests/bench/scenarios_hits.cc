#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/loads.h"
#include "tests/bench/scenarios.h"
#include "tests/support/crowd.h"
#include "tests/support/http_client.h"

namespace bench {
namespace {

constexpr const char* kTarget = "/stocks/IBM";
constexpr std::size_t kFew = 64;
constexpr std::size_t kMany = 10'000;

/// The servers of a comparison. They are measured in turn, so that a change of the machine's speed
/// affects all of them equally.
class Field {
 public:
  explicit Field(const Tools& tools) : tools_(tools) {
    upstream_ = start_upstream(tools);
    const auto service = start_service(tools, upstream_.port, {"--fresh-ttl", "1h"});
    static_cast<void>(fetch(service.port, kTarget));
    // The service's second response comes from the cache; the other servers send its bytes.
    answer_ = fetch(service.port, kTarget);
    const std::string closing = "Connection: close\r\n";
    answer_.erase(answer_.find(closing), closing.size());
  }

  /// Starts a server, measures it once, and stops it.
  void measure(Series& series, bool by_wrk, const Load& load) {
    const auto subject = start(series.subject);
    static_cast<void>(test_support::http_get(subject.port, kTarget));
    const auto result =
        by_wrk ? run_wrk(tools_, subject, load) : run_closed_loop(tools_, subject, load);
    series.busy.push_back(result.server_busy);
    series.spare.push_back(result.load_spare);
    series.rates.push_back(result.requests_per_second);
    series.bytes_per_answer = result.bytes_per_answer;
    series.errors += result.errors;
    series.fewest = std::min(series.fewest, result.fewest_answers);
  }

  Subject start(const std::string& name) {
    if (name == "service") return start_service(tools_, upstream_.port, {"--fresh-ttl", "1h"});
    if (name == "stock cpp-httplib") return start_fixed(tools_, "bench-stock-server", answer_);
    if (name == "nginx proxy_cache") {
      origin_ = start_fixed(tools_, "bench-bare-server", answer_);
      return start_nginx(tools_, origin_.port);
    }
    return start_fixed(tools_, "bench-bare-server", answer_);
  }

 private:
  const Tools& tools_;
  Subject upstream_;
  Subject origin_;
  std::string answer_;
};

/// Compares several servers under the same load.
struct Heat {
  Comparison comparison;
  bool by_wrk = false;
  std::size_t connections = 0;
};

Heat heat(const std::string& name, bool by_wrk, std::size_t connections) {
  Heat made{{.name = name}, by_wrk, connections};
  for (const char* subject : {"service", "nginx proxy_cache", "stock cpp-httplib", "bare loop"}) {
    // This server can serve only as many simultaneous connections as it has threads.
    const bool is_stock = std::string(subject) == "stock cpp-httplib";
    if (!is_stock || connections == kFew) made.comparison.series.push_back({.subject = subject});
  }
  return made;
}

/// Few and many connections are measured alternately, because their ratio is one of the figures.
void run_rounds(Field& field, std::vector<Heat>& heats, const Effort& effort) {
  for (int round = 1; round <= effort.rounds; ++round) {
    for (auto& [comparison, by_wrk, connections] : heats) {
      for (auto& series : comparison.series) {
        // wrk's measured time includes connecting.
        const int times = by_wrk && connections == kMany ? 2 : 1;
        field.measure(series, by_wrk, {kTarget, connections, times * effort.seconds});
        std::cerr << "  " << comparison.name << ", round " << round << ": " << series.subject << " "
                  << static_cast<long>(series.rates.back()) << "/s\n";
      }
    }
  }
}

void judge_few(const Comparison& few, Results& results) {
  results.targets.insert(
      results.targets.end(),
      {{few.name + ": to nginx proxy_cache", few.ratio_to("nginx proxy_cache"), 1.2},
       {few.name + ": to stock cpp-httplib", few.ratio_to("stock cpp-httplib"), 2.2},
       {few.name + ": to the bare loop", few.ratio_to("bare loop"), 0.55}});
}

void judge_many(const Comparison& many, Results& results) {
  results.targets.insert(
      results.targets.end(),
      {{many.name + ": to nginx proxy_cache", many.ratio_to("nginx proxy_cache"), 1.1},
       {many.name + ": errors", many.of("service").errors, 0, false, ""}});
}

/// Latencies in milliseconds of consecutive requests on new connections.
std::vector<double> usual_latency(std::uint16_t port) {
  std::vector<double> latencies;
  for (int i = 0; i < 300; ++i) {
    const auto response = test_support::http_get(port, kTarget);
    if (response.status != 200) throw std::runtime_error("a quote was not answered with 200");
    latencies.push_back(std::chrono::duration<double, std::milli>(response.took).count());
  }
  return latencies;
}

/// Resident memory that a server needs for each of 10,000 idle connections, in KiB.
double idle_memory(const Subject& server) {
  static_cast<void>(test_support::http_get(server.port, kTarget));
  const auto before = usage_of(server);
  test_support::Crowd crowd(server.port, kMany);
  const auto asked = crowd.ask_once([](const auto&) { return kTarget; }, std::chrono::seconds(30));
  if (asked.ok != kMany) throw std::runtime_error("not every connection was answered");
  return (usage_of(server).resident - before.resident) / static_cast<double>(kMany) / 1024;
}

/// Open connections according to the service's metrics.
double open_connections(std::uint16_t port) {
  const auto page = test_support::http_get(port, "/metrics").body;
  const std::string name = "\nhttp_connections ";
  const auto at = page.find(name);
  if (at == std::string::npos) throw std::runtime_error("no http_connections among the metrics");
  return std::stod(page.substr(at + name.size()));
}

double share_kept(const Comparison& few, const Comparison& many, const std::string& subject) {
  return many.of(subject).median() / few.of(subject).median();
}

}  // namespace

void measure_hits(const Tools& tools, const Effort& effort, Results& results) {
  Field field(tools);
  std::vector<Heat> heats{
      heat("64 connections", false, kFew), heat("10,000 connections", false, kMany),
      heat("64 connections by wrk", true, kFew), heat("10,000 connections by wrk", true, kMany)};
  run_rounds(field, heats, effort);
  const auto& few = heats[0].comparison;
  const auto& many = heats[1].comparison;
  judge_few(few, results);
  results.targets.push_back(
      {"10,000 connections: to its own 64", share_kept(few, many, "service"), 0.75});
  judge_many(many, results);
  judge_few(heats[2].comparison, results);
  judge_many(heats[3].comparison, results);
  for (const auto* subject : {"nginx proxy_cache", "bare loop"}) {
    results.figures["10,000 connections to its own 64: " + std::string(subject)] =
        share_kept(few, many, subject);
  }
  results.figures["10,000 connections: answers on the one that had fewest"] =
      many.of("service").fewest;
  // With 10,000 connections wrk's own core is the limit, so this figure says more about wrk than
  // about the servers.
  results.figures["10,000 connections to its own 64, by wrk: service"] =
      share_kept(heats[2].comparison, heats[3].comparison, "service");
  for (auto& measured : heats) results.comparisons.push_back(std::move(measured.comparison));
}

void measure_idle(const Tools& tools, const Effort&, Results& results) {
  constexpr double kSeconds = 5;
  Field field(tools);
  for (const std::string other : {"nginx proxy_cache", "bare loop"}) {
    results.figures["10,000 idle: resident memory of each, KiB: " + other] =
        idle_memory(field.start(other));
  }
  const auto upstream = start_upstream(tools);
  const auto service =
      start_service(tools, upstream.port, {"--fresh-ttl", "1h", "--idle-timeout", "10m"});
  const auto alone = usual_latency(service.port);
  const auto before = usage_of(service);
  test_support::Crowd crowd(service.port, kMany);
  const auto first = crowd.ask_once([](const auto&) { return kTarget; }, std::chrono::seconds(30));
  const auto idle = usage_of(service);
  std::this_thread::sleep_for(std::chrono::duration<double>(kSeconds));
  const auto later = usage_of(service);
  const double held = open_connections(service.port);
  const auto among = usual_latency(service.port);
  const auto again = crowd.ask_once([](const auto&) { return kTarget; }, std::chrono::seconds(30));
  const double each = (idle.resident - before.resident) / static_cast<double>(kMany) / 1024;
  const double cpu = 100 * (later.cpu_seconds - idle.cpu_seconds) / kSeconds;
  results.targets.insert(
      results.targets.end(),
      {{"10,000 idle: answered before they idle", static_cast<double>(first.ok), kMany, true, ""},
       {"10,000 idle: held by the service meanwhile", held, kMany, true, ""},
       {"10,000 idle: resident memory of each", each, 6, false, "KiB"},
       {"10,000 idle: processor", cpu, 0.5, false, "%"},
       {"10,000 idle: a new request's median to that of an empty service",
        percentile(among, 0.5) / percentile(alone, 0.5), 2, false, "x"},
       {"10,000 idle: answered after they idled", static_cast<double>(again.ok), kMany, true, ""}});
  results.figures["10,000 idle: resident memory before, MiB"] = before.resident / 1024 / 1024;
  results.figures["10,000 idle: resident memory with them, MiB"] = idle.resident / 1024 / 1024;
  results.figures["10,000 idle: a new request among them, median ms"] = percentile(among, 0.5);
  results.figures["10,000 idle: a new request among them, p99 ms"] = percentile(among, 0.99);
}

}  // namespace bench
