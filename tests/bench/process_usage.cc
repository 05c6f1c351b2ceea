#include "tests/bench/process_usage.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <unistd.h>

namespace bench {

Usage usage_of(pid_t pid) {
  const auto folder = "/proc/" + std::to_string(pid);
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream(folder + "/statm") >> total >> resident;
  // schedstat counts nanoseconds; stat counts ticks of ten milliseconds.
  double used = 0;
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator(folder + "/task", gone)) {
    double nanoseconds = 0;
    std::ifstream(thread.path() / "schedstat") >> nanoseconds;
    used += nanoseconds;
  }
  return {.resident = static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)),
          .cpu_seconds = 1e-9 * used};
}

}  // namespace bench
