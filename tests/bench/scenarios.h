#pragma once
/// The scenarios of the benchmark. Each adds its findings to the results.

#include "tests/bench/results.h"
#include "tests/bench/subjects.h"

namespace bench {

struct Effort {
  int rounds = 5;
  /// Duration of each measurement.
  int seconds = 2;
};

/// Measures quotes from the cache, over 64 and over 10,000 connections.
void measure_hits(const Tools& tools, const Effort& effort, Results& results);
/// Measures 10,000 idle connections, and a new request among them.
void measure_idle(const Tools& tools, const Effort& effort, Results& results);
/// Measures requests for symbols that were never requested before, with an upstream that takes 50
/// ms.
void measure_cold(const Tools& tools, const Effort& effort, Results& results);
/// Measures 10,000 connections that request one unknown symbol simultaneously.
void measure_herd(const Tools& tools, const Effort& effort, Results& results);
/// Measures an upstream that hangs under an open-loop load of 500 requests a second.
void measure_outage(const Tools& tools, const Effort& effort, Results& results);
/// Measures SIGTERM while 1,000 connections are busy.
void measure_drain(const Tools& tools, const Effort& effort, Results& results);

}  // namespace bench
