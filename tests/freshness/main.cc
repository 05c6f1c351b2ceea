// `make bench-freshness`: how close the refresh planner comes to the best possible schedule.
//
// Usage: bench-freshness [--only PLAN] [--svg FILE]. Exits with 1 when a cell misses its target.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "tests/freshness/results.h"

namespace {

using freshness::Cell;
using freshness::CellResult;
using freshness::DemandSettings;
using freshness::Rhythm;
using stockclient::QuoteUpdates;

std::vector<DemandSettings> demands(std::size_t symbols, double per_minute) {
  std::vector<DemandSettings> all;
  for (const std::size_t clients : {1, 7}) {
    for (const Rhythm rhythm : {Rhythm::steady, Rhythm::bursty}) {
      all.push_back({symbols, clients, rhythm, per_minute, false});
    }
    all.push_back({symbols, clients, Rhythm::steady, per_minute, true});
  }
  return all;
}

/// The free plan has no entitlement, so its quotes change once a day.
std::vector<Cell> all_cells(const std::string& only) {
  std::vector<Cell> cells;
  for (const char* const plan : {"free", "premium-75", "premium-300", "premium-1200"}) {
    if (!only.empty() && only != plan) continue;
    for (const QuoteUpdates updates : {QuoteUpdates::end_of_day, QuoteUpdates::realtime}) {
      const bool end_of_day = updates == QuoteUpdates::end_of_day;
      if (!end_of_day && std::strcmp(plan, "free") == 0) continue;
      for (const std::size_t symbols : {1, 5, 20, 100, 500}) {
        for (const DemandSettings& demand : demands(symbols, end_of_day ? 0.1 : 2)) {
          cells.push_back({plan, updates, demand});
        }
      }
    }
  }
  return cells;
}

std::vector<CellResult> run(const std::vector<Cell>& cells) {
  const stockclient::ExchangeCalendars calendars;
  std::vector<CellResult> results(cells.size());
  // The most expensive cells are the last ones: they go first.
  std::atomic<std::size_t> left{cells.size()};
  const auto work = [&] {
    for (std::size_t i = left.load(); i > 0;) {
      if (left.compare_exchange_weak(i, i - 1)) {
        results[i - 1] = run_cell(cells[i - 1], calendars);
        i = left.load();
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

}  // namespace

int main(int argc, char** argv) {
  std::string only;
  std::string svg;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--only") == 0) only = argv[i + 1];
    if (std::strcmp(argv[i], "--svg") == 0) svg = argv[i + 1];
  }
  const auto results = run(all_cells(only));
  print_table(results, std::cout);
  if (!svg.empty()) std::ofstream(svg) << freshness::to_svg(results);
  const auto missed = std::count_if(results.begin(), results.end(), [](const CellResult& result) {
    return !freshness::meets_target(result);
  });
  std::cout << "\n"
            << results.size() - static_cast<std::size_t>(missed) << " of " << results.size()
            << " cells meet their target.\n";
  return missed == 0 ? 0 : 1;
}
