#pragma once
/// Runs a program under test as a real process and kills it in the end.
///
///     Process service({.binary = STOCK_SERVICE, .args = {"--port", "0"}});
///     std::uint16_t port = service.wait_for_port();
///     service.signal(SIGTERM);
///     EXPECT_EQ(service.wait_for_exit(), 0);

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace test_support {

struct Command {
  std::string binary;
  std::vector<std::string> args{};
  /// Environment variables to set. Only PATH and the variables of the sanitizers and of faketime
  /// are inherited; HOME is a temporary folder.
  std::vector<std::pair<std::string, std::string>> environment{};
};

/// A running process. Thread-safety: none. The system kills the process when the thread that
/// started it ends.
class Process {
 public:
  /// Throws `std::runtime_error` if the process cannot be started.
  explicit Process(const Command& command);
  /// Kills the process if it is still running.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Everything that the process has written so far, to standard output and standard error.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  /// Waits for the line `listening on HOST:PORT` and returns the port. Throws `std::runtime_error`
  /// with the process's output if the process ends first, or after `patience`.
  [[nodiscard]] std::uint16_t wait_for_port(std::chrono::milliseconds patience = kPatience);
  void signal(int number) const;
  /// Waits for the end and returns the exit code, or 128 plus the signal that ended the process;
  /// nothing if it is still running after `patience`.
  [[nodiscard]] std::optional<int> wait_for_exit(std::chrono::milliseconds patience = kPatience);

 private:
  [[nodiscard]] bool ended();

  TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace test_support
