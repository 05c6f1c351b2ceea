#pragma once
/// Thousands of connections need as many descriptors; a shell usually allows a thousand.

#include <cstddef>
#include <sys/resource.h>

namespace test_support {

/// Raises the soft limit of open files to the hard one, also for processes started from now on;
/// returns it.
inline std::size_t raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

}  // namespace test_support
