#pragma once
/// A program under test, run as a real process and always cleaned up.
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
  /// Beside PATH and the sanitizers' options nothing is inherited; HOME is a temporary folder.
  std::vector<std::pair<std::string, std::string>> environment{};
};

/// Not thread-safe. The process is killed when the thread that started it ends.
class Process {
 public:
  /// Throws `std::runtime_error` when it cannot be started.
  explicit Process(const Command& command);
  /// Kills the process if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  /// The port of its `listening on HOST:PORT` line. Throws `std::runtime_error`, with what it
  /// wrote, when it ended or `patience` has passed first.
  [[nodiscard]] std::uint16_t wait_for_port(std::chrono::milliseconds patience = kPatience);
  void signal(int number) const;
  /// The exit code, or 128 and the signal that ended it; empty when it still runs after `patience`.
  [[nodiscard]] std::optional<int> wait_for_exit(std::chrono::milliseconds patience = kPatience);

 private:
  [[nodiscard]] bool ended();

  TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace test_support
