#pragma once
/// The limit of open files: a shell usually allows a thousand, tests need tens of thousands.

#include <cstddef>
#include <sys/resource.h>

namespace test_support {

/// Raises this process's soft limit of open files to the hard limit, which later child processes
/// inherit, and returns it.
inline std::size_t raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

}  // namespace test_support
