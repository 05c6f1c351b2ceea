#pragma once
/// The closed loops that ask, pinned to the last core: every connection asks again as soon as it is
/// answered.

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/bench/subjects.h"

namespace bench {

struct LoadResult {
  double requests_per_second = 0;
  double bytes_per_answer = 0;
  /// Socket errors and answers that are not 2xx or 3xx.
  double errors = 0;
  /// How busy the server's core was, 0..1.
  double server_busy = 0;
  /// The share of its time that the load found nothing to do: near 0, it was the limit, not the
  /// server. Not known of wrk.
  double load_spare = 0;
  /// Answers on the connection that had the fewest. Not known of wrk.
  double fewest_answers = 0;
};

struct Load {
  std::string target;
  std::size_t connections = 0;
  int seconds = 0;
};

/// wrk counts from its first connection on. `script` may be empty.
[[nodiscard]] LoadResult run_wrk(const Tools& tools, const Subject& server, const Load& load,
                                 const std::string& script = {});

/// bench-closed-loop counts from when every connection has been answered.
[[nodiscard]] LoadResult run_closed_loop(const Tools& tools, const Subject& server,
                                         const Load& load);

}  // namespace bench
