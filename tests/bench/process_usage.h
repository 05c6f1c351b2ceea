#pragma once
/// The resources that a process has used.

#include <sys/types.h>

namespace bench {

struct Usage {
  /// Resident memory, in bytes.
  double resident = 0;
  double cpu_seconds = 0;
};

/// Reads the usage of a process with all its threads; zeros when it has ended.
[[nodiscard]] Usage usage_of(pid_t pid);

}  // namespace bench
