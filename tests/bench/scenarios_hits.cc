#include <algorithm>
#include <iostream>
#include <thread>

#include "tests/bench/scenarios.h"
#include "tests/bench/wrk.h"
#include "tests/support/crowd.h"
#include "tests/support/http_client.h"

namespace bench {
namespace {

constexpr const char* kTarget = "/stocks/IBM";
constexpr std::size_t kFew = 64;
constexpr std::size_t kMany = 10'000;

/// The servers of a comparison, all up, measured in turn so that the machine's moods hit all alike.
class Field {
 public:
  explicit Field(const Tools& tools) : tools_(tools) {
    upstream_ = start_upstream(tools);
    const auto service = start_service(tools, upstream_.port, {"--fresh-ttl", "1h"});
    static_cast<void>(fetch(service.port, kTarget));
    // The second answer is the cached one; the others send its bytes.
    answer_ = fetch(service.port, kTarget);
    const std::string closing = "Connection: close\r\n";
    answer_.erase(answer_.find(closing), closing.size());
  }

  /// One measurement of one subject, started for it alone.
  void measure(Series& series, std::size_t connections, int seconds) {
    const auto subject = start(series.subject);
    static_cast<void>(test_support::http_get(subject.port, kTarget));
    const double before = usage_of(subject).cpu_seconds;
    const auto result = run_wrk(tools_, subject.port, kTarget, connections, seconds);
    series.busy.push_back((usage_of(subject).cpu_seconds - before) / seconds);
    series.rates.push_back(result.requests_per_second);
    series.bytes_per_answer = result.bytes_per_answer;
    series.errors += result.errors;
  }

 private:
  Subject start(const std::string& name) {
    if (name == "service") return start_service(tools_, upstream_.port, {"--fresh-ttl", "1h"});
    if (name == "stock cpp-httplib") return start_fixed(tools_, "bench-stock-server", answer_);
    if (name == "nginx proxy_cache") {
      origin_ = start_fixed(tools_, "bench-bare-server", answer_);
      return start_nginx(tools_, origin_.port);
    }
    return start_fixed(tools_, "bench-bare-server", answer_);
  }

  const Tools& tools_;
  Subject upstream_;
  Subject origin_;
  std::string answer_;
};

Comparison compare(Field& field, const std::string& name, const std::vector<std::string>& subjects,
                   std::size_t connections, const Effort& effort) {
  Comparison comparison{.name = name};
  for (const auto& subject : subjects) comparison.series.push_back({.subject = subject});
  for (int round = 0; round < effort.rounds; ++round) {
    for (auto& series : comparison.series) {
      field.measure(series, connections, effort.seconds);
      std::cerr << "  " << name << ", round " << round + 1 << ": " << series.subject << " "
                << static_cast<long>(series.rates.back()) << "/s\n";
    }
  }
  return comparison;
}

}  // namespace

void measure_hits(const Tools& tools, const Effort& effort, Results& results) {
  Field field(tools);
  const auto few =
      compare(field, "64 connections",
              {"service", "nginx proxy_cache", "stock cpp-httplib", "bare loop"}, kFew, effort);
  const auto many =
      compare(field, "10,000 connections", {"service", "nginx proxy_cache", "bare loop"}, kMany,
              {std::max(3, effort.rounds - 2), effort.seconds});
  results.comparisons.insert(results.comparisons.end(), {few, many});
  results.targets.insert(
      results.targets.end(),
      {{"64 connections: to nginx proxy_cache", few.ratio_to("nginx proxy_cache"), 1.2},
       {"64 connections: to stock cpp-httplib", few.ratio_to("stock cpp-httplib"), 2.2},
       {"64 connections: to the bare loop", few.ratio_to("bare loop"), 0.55},
       {"64 connections, processor time: to nginx", few.cost_ratio_to("nginx proxy_cache"), 1.2},
       {"64 connections, processor time: to cpp-httplib", few.cost_ratio_to("stock cpp-httplib"),
        2.2},
       {"64 connections, processor time: to the bare loop", few.cost_ratio_to("bare loop"), 0.55},
       {"10,000 connections: to its own 64",
        many.of("service").median() / few.of("service").median(), 0.75},
       {"10,000 connections: to nginx proxy_cache", many.ratio_to("nginx proxy_cache"), 1.1},
       {"10,000 connections: errors", many.of("service").errors, 0, false, ""}});
}

void measure_idle(const Tools& tools, const Effort& effort, Results& results) {
  const auto upstream = start_upstream(tools);
  const auto service =
      start_service(tools, upstream.port, {"--fresh-ttl", "1h", "--idle-timeout", "10m"});
  static_cast<void>(fetch(service.port, kTarget));
  const auto before = usage_of(service);
  test_support::Crowd crowd(service.port, kMany);
  const auto asked = crowd.ask_once([](const auto&) { return kTarget; }, std::chrono::seconds(30));
  const auto idle = usage_of(service);
  std::this_thread::sleep_for(std::chrono::seconds(effort.seconds));
  const auto later = usage_of(service);
  std::vector<double> latencies;
  for (int i = 0; i < 200; ++i) {
    const auto response = test_support::http_get(service.port, kTarget);
    latencies.push_back(std::chrono::duration<double, std::milli>(response.took).count());
  }
  const double each = (idle.resident - before.resident) / static_cast<double>(kMany) / 1024;
  const double cpu = 100 * (later.cpu_seconds - idle.cpu_seconds) / effort.seconds;
  results.targets.insert(
      results.targets.end(),
      {{"10,000 idle: answered before they idle", static_cast<double>(asked.ok), kMany, true, ""},
       {"10,000 idle: memory of each", each, 6, false, "KiB"},
       {"10,000 idle: processor", cpu, 0.5, false, "%"}});
  results.figures["10,000 idle: a new connection's request, median ms"] =
      percentile(latencies, 0.5);
  results.figures["10,000 idle: a new connection's request, p99 ms"] = percentile(latencies, 0.99);
}

}  // namespace bench
