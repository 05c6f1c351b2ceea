#pragma once
/// A real PostgreSQL server for tests, from packages that are unpacked below build/tools.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace test_support {

/// A server with an empty database on a free loopback port, run as an unprivileged user. The
/// destructor kills the server and removes its folder. Not thread-safe.
class PostgresServer {
 public:
  /// Starts the server and waits until it accepts connections. If it does not, throws
  /// `std::runtime_error` with the server's output.
  PostgresServer();

  /// The port on which the server listens.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The URL of an empty database.
  [[nodiscard]] std::string url() const;
  /// Stops every process of the server (SIGSTOP).
  void freeze();
  /// Continues the processes that `freeze` stopped.
  void thaw();
  /// Crashes the server and starts it again, with the same data and port.
  void restart();

 private:
  void start();
  void signal_all(int number) const;

  TemporaryFolder folder_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace test_support
