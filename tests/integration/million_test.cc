/// A million different symbols in one process: memory and metrics do not grow.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/support/raw_connection.h"

namespace integration {
namespace {

using test_support::RawConnection;

/// Number of symbols. A sanitized build uses fewer, because a million would take many minutes and a
/// smaller number already reveals growth.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kSymbols = 20'000;
constexpr bool kMeasuresMemory = false;  // The sanitizer's own memory dominates.
#elif defined(NDEBUG)
constexpr int kSymbols = 1'000'000;
constexpr bool kMeasuresMemory = true;
#else
constexpr int kSymbols = 100'000;
constexpr bool kMeasuresMemory = true;
#endif

constexpr int kConnections = 64;
constexpr int kPipelined = 25;
constexpr long kMiB = 1L << 20;
/// Limit on the growth of memory: twice the cache size, for values and their rendered responses,
/// plus 16 MiB for connections, the allocator and the breaker.
constexpr long kCacheBytes = 8 * kMiB;
constexpr long kMostGrowth = 2 * kCacheBytes + 16 * kMiB;

/// Requests `count` symbols, each once, over a few connections.
class SymbolFlood {
 public:
  explicit SymbolFlood(const World& world) {
    for (int i = 0; i < kConnections; ++i) connections_.emplace_back(world.service_port());
  }

  /// Returns the number of responses with this status.
  int ask(const std::string& prefix, int count, int status) {
    int as_expected = 0;
    for (int next = 0; next < count;) {
      std::vector<int> asked;
      for (RawConnection& connection : connections_) {
        const int here = std::min(kPipelined, count - next);
        std::string requests;
        for (int i = 0; i < here; ++i) {
          requests +=
              "GET /stocks/" + prefix + std::to_string(next++) + " HTTP/1.1\r\nHost: t\r\n\r\n";
        }
        if (here > 0) connection.send(requests);
        asked.push_back(here);
      }
      for (std::size_t i = 0; i < connections_.size(); ++i) {
        for (int k = 0; k < asked[i]; ++k) {
          if (connections_[i].response().status == status) ++as_expected;
        }
      }
    }
    return as_expected;
  }

 private:
  std::vector<RawConnection> connections_;
};

long resident_bytes(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) * 1024;
  }
  return -1;
}

long metric_series(const World& world) {
  const std::string page = world.get("/metrics").body;
  long series = 0;
  for (std::size_t at = 0; at < page.size(); at = page.find('\n', at) + 1) {
    if (page[at] != '#') ++series;
  }
  return series;
}

TEST(IntegrationMillion, SymbolsDoNotGrowMemoryOrMetricsOrEvictGoodValues) {
  World world({.service_args = {"--cache-bytes", std::to_string(kCacheBytes / kMiB) + "MiB",
                                "--fresh-ttl", "1h", "--negative-ttl", "1h", "--bulkhead", "32",
                                "--upstream-timeout", "20s", "--max-wait", "30s"}});
  constexpr int kGood = 100;
  SymbolFlood flood(world);
  ASSERT_EQ(flood.ask("GOOD", kGood, 200), kGood);
  ASSERT_EQ(flood.ask("UNKNOWNFIRST", kGood, 404), kGood);
  const long memory = resident_bytes(world.service().pid());
  const long series = metric_series(world);

  EXPECT_EQ(flood.ask("UNKNOWN", kSymbols / 2, 404), kSymbols / 2);
  const int calls = world.upstream_calls();
  EXPECT_EQ(calls, 2 * kGood + kSymbols / 2) << "each is one call";
  EXPECT_EQ(flood.ask("GOOD", kGood, 200), kGood);
  EXPECT_EQ(world.upstream_calls(), calls) << "negative entries do not evict good values";

  EXPECT_EQ(flood.ask("KNOWN", kSymbols / 2, 200), kSymbols / 2);
  EXPECT_LE(world.metric("stock_cache_bytes"), static_cast<double>(kCacheBytes));
  EXPECT_EQ(metric_series(world), series);
  EXPECT_EQ(world.breaker_state(), "closed");
  const long growth = resident_bytes(world.service().pid()) - memory;
  if (kMeasuresMemory) {
    EXPECT_LE(growth, kMostGrowth);
  }
  std::printf("%d symbols: %ld MiB at first, at most %ld MiB more; bound %ld MiB\n", kSymbols,
              memory / kMiB, growth / kMiB, kMostGrowth / kMiB);
}

}  // namespace
}  // namespace integration
