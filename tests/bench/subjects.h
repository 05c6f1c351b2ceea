#pragma once
/// The servers to measure. Each runs alone on the first core; the load generator and the upstream
/// run on the last core.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/process_usage.h"
#include "tests/support/process.h"

namespace bench {

/// Where to find the programs.
struct Tools {
  /// Folder of stock-service and the other programs of this project.
  std::string bin;
  /// Folder in which the Debian packages of nginx and wrk are unpacked.
  std::string tools;
};

/// A running server.
struct Subject {
  /// The folder with its configuration.
  std::unique_ptr<test_support::TemporaryFolder> folder = nullptr;
  std::unique_ptr<test_support::Process> process = nullptr;
  std::uint16_t port = 0;
};

/// Starts the simulator with these arguments.
[[nodiscard]] Subject start_upstream(const Tools& tools, std::vector<std::string> args = {});
/// Starts the complete service with one event loop and without quota and store.
[[nodiscard]] Subject start_service(const Tools& tools, std::uint16_t upstream,
                                    std::vector<std::string> args = {});
/// Starts nginx with one worker and proxy_cache in front of `upstream`.
[[nodiscard]] Subject start_nginx(const Tools& tools, std::uint16_t upstream);
/// Starts a program that answers every request with `answer`.
[[nodiscard]] Subject start_fixed(const Tools& tools, const std::string& program,
                                  const std::string& answer);

/// Sends a request and returns the bytes of the response.
[[nodiscard]] std::string fetch(std::uint16_t port, const std::string& target);
/// Calls that the simulator has received since the last `forget_calls`.
[[nodiscard]] std::uint64_t count_calls(const Subject& upstream);
void forget_calls(const Subject& upstream);
void set_mode(const Subject& upstream, const std::string& mode);

[[nodiscard]] inline Usage usage_of(const Subject& subject) {
  return usage_of(subject.process->pid());
}

}  // namespace bench
