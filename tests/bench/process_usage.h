#pragma once
/// What a process has used so far, as the system counts it.

#include <sys/types.h>

namespace bench {

struct Usage {
  /// Resident memory in bytes.
  double resident = 0;
  double cpu_seconds = 0;
};

/// Of the process and all its threads; zeros when it has ended.
[[nodiscard]] Usage usage_of(pid_t pid);

}  // namespace bench
