#pragma once
/// A breaker with the default settings and a manual clock.

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {

class CircuitBreakerTest : public ::testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker.try_acquire().value().failure("down");
  }
  void succeed(int times) {
    for (int i = 0; i < times; ++i) breaker.try_acquire().value().success();
  }
  State state() { return breaker.snapshot().state; }
  void make_half_open() {
    fail(5);
    clock.advance(std::chrono::seconds(30));
  }

  ManualClock clock;
  CircuitBreaker breaker{"test", {}, clock};
};

}  // namespace circuitbreaker
