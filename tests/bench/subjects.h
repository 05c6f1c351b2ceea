#pragma once
/// The programs that are measured, each alone on the first core; load and upstream on the last.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/process_usage.h"
#include "tests/support/process.h"

namespace bench {

/// Where the programs are.
struct Tools {
  /// Holds stock-service and the others.
  std::string bin;
  /// Debian packages unpacked: nginx and wrk.
  std::string tools;
};

/// A server that is up.
struct Subject {
  /// Keeps its configuration alive.
  std::unique_ptr<test_support::TemporaryFolder> folder = nullptr;
  std::unique_ptr<test_support::Process> process = nullptr;
  std::uint16_t port = 0;
};

/// The simulated Alpha Vantage; `args` as its program takes them.
[[nodiscard]] Subject start_upstream(const Tools& tools, std::vector<std::string> args = {});
/// The complete service, on one event loop, without quota and store.
[[nodiscard]] Subject start_service(const Tools& tools, std::uint16_t upstream,
                                    std::vector<std::string> args = {});
/// nginx with one worker and proxy_cache, in front of `upstream`, its log off and its caches warm.
[[nodiscard]] Subject start_nginx(const Tools& tools, std::uint16_t upstream);
/// `program` answers every request with `answer`.
[[nodiscard]] Subject start_fixed(const Tools& tools, const std::string& program,
                                  const std::string& answer);

/// An answer as it comes over the wire, head and body.
[[nodiscard]] std::string fetch(std::uint16_t port, const std::string& target);
/// What the upstream was asked since the last `forget_calls`.
[[nodiscard]] std::uint64_t count_calls(const Subject& upstream);
void forget_calls(const Subject& upstream);
void set_mode(const Subject& upstream, const std::string& mode);

[[nodiscard]] inline Usage usage_of(const Subject& subject) {
  return usage_of(subject.process->pid());
}

}  // namespace bench
