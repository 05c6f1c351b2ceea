#pragma once
/// The common parts of the tests of trip rules.

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {

class TripRules : public ::testing::Test {
 protected:
  static Settings no_consecutive_rule() {
    Settings settings;
    settings.failure_threshold = 0;
    settings.window.minimum_calls = 1;
    return settings;
  }
  static void record(CircuitBreaker& breaker, Verdict verdict, int times = 1) {
    for (int i = 0; i < times; ++i) {
      auto permit = breaker.try_acquire().value();
      if (verdict == Verdict::success) permit.success();
      if (verdict == Verdict::failure) permit.failure();
      if (verdict == Verdict::timeout) permit.timeout();
    }
  }
  ManualClock clock;
};

}  // namespace circuitbreaker
