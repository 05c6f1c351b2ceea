#pragma once
/// Drives wrk, pinned to the last core, and reads what it prints.

#include <cstdint>
#include <string>

#include "tests/bench/subjects.h"

namespace bench {

struct WrkResult {
  double requests_per_second = 0;
  double bytes_per_answer = 0;
  /// Socket errors and answers that are not 2xx or 3xx.
  double errors = 0;
};

/// Closed loop: every connection asks again as soon as it is answered. `script` may be empty.
[[nodiscard]] WrkResult run_wrk(const Tools& tools, std::uint16_t port, const std::string& target,
                                std::size_t connections, int seconds,
                                const std::string& script = {});

}  // namespace bench
