#pragma once
/// The resources used by a process.

#include <sys/types.h>

namespace bench {

struct Usage {
  /// Resident memory, in bytes.
  double resident = 0;
  double cpu_seconds = 0;
};

/// Reads the usage of a process, including all its threads; zeros if it has ended.
[[nodiscard]] Usage usage_of(pid_t pid);

}  // namespace bench
