#pragma once
/// The closed-loop load generators, pinned to the last core: every connection sends its next
/// request as soon as it has a response.

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/bench/subjects.h"

namespace bench {

struct LoadResult {
  double requests_per_second = 0;
  double bytes_per_answer = 0;
  /// Number of socket errors and of responses with a status of 4xx or 5xx.
  double errors = 0;
  /// Load of the server's core, 0 to 1.
  double server_busy = 0;
  /// Share of the time in which the load generator was idle. A value near 0 means that the load
  /// generator, not the server, was the limit. Always 0 for wrk, which does not report it.
  double load_spare = 0;
  /// Number of responses on the connection that had the fewest; not reported by wrk.
  double fewest_answers = 0;
};

struct Load {
  std::string target;
  std::size_t connections = 0;
  int seconds = 0;
};

/// Runs wrk, which starts counting with its first connection. `script` is a Lua script, or empty.
[[nodiscard]] LoadResult run_wrk(const Tools& tools, const Subject& server, const Load& load,
                                 const std::string& script = {});

/// Runs bench-closed-loop, which starts counting when every connection has had a response.
[[nodiscard]] LoadResult run_closed_loop(const Tools& tools, const Subject& server,
                                         const Load& load);

}  // namespace bench
