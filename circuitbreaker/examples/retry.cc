// Retries with growing delays and a budget, and a report of how the call went.

#include "circuitbreaker/retry.h"

#include <iostream>
#include <string>

int main() {
  using namespace circuitbreaker;
  ManualClock clock;
  const ManualSleeper sleeper(clock);  // the delays take no real time here
  RetryBudget budget({}, clock);
  Retry retry(RetrySettings::standard(), sleeper, &budget);

  int attempts = 0;
  RetryReport report;
  const auto page = retry.call(
      [&]() -> expected<std::string, std::string> {
        if (++attempts < 3) return unexpected<std::string>("timeout");
        return "page";
      },
      {.retry_report = &report});
  std::cout << *page << " after " << report.attempts
            << " attempts, last error: " << report.last_error << '\n';
  return page ? 0 : 1;
}
