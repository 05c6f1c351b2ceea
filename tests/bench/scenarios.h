#pragma once
/// The loads. Each adds what it finds to the results.

#include "tests/bench/results.h"
#include "tests/bench/subjects.h"

namespace bench {

struct Effort {
  int rounds = 5;
  /// Of each measurement.
  int seconds = 2;
};

/// Quotes from the cache: 64 connections, then 10,000.
void measure_hits(const Tools& tools, const Effort& effort, Results& results);
/// 10,000 connections that ask nothing, and a new one among them.
void measure_idle(const Tools& tools, const Effort& effort, Results& results);
/// Every request asks for a symbol that nobody has asked for; the upstream takes 50 ms.
void measure_cold(const Tools& tools, const Effort& effort, Results& results);
/// 10,000 connections ask for one cold symbol at once.
void measure_herd(const Tools& tools, const Effort& effort, Results& results);
/// The upstream hangs under an open loop of 500 requests a second.
void measure_outage(const Tools& tools, const Effort& effort, Results& results);
/// SIGTERM while 1,000 connections ask.
void measure_drain(const Tools& tools, const Effort& effort, Results& results);

}  // namespace bench
