#pragma once
/// Raises the limit on open files, because a shell usually allows a thousand and the tests need
/// tens of thousands.

#include <cstddef>
#include <sys/resource.h>

namespace test_support {

/// Raises this process's soft limit on open files, which later child processes inherit, to the hard
/// limit, and returns it.
inline std::size_t raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

}  // namespace test_support
