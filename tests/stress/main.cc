/// stress-test: rehearses an outage under load. Exits with a non-zero status if a promise is
/// broken.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/stress/report.h"

namespace {

void write_report(const std::string& path, const std::string& html) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  std::ofstream stream(path, std::ios::binary);
  stream << html;
  if (!stream.flush()) throw std::runtime_error("cannot write " + path);
}

int run(const stress::Plan& plan, const std::string& report_path) {
  const stress::Record record = stress::rehearse(plan);
  const std::vector<stress::PhaseSummary> phases = stress::summarize(record);
  const std::vector<stress::Promise> promises = stress::check_promises(record, phases);
  std::fputs(stress::text_report(record, phases, promises).c_str(), stdout);
  write_report(report_path, stress::html_report(record, phases, promises));
  std::printf("\nReport: %s\n", report_path.c_str());
  const bool kept = std::all_of(promises.begin(), promises.end(),
                                [](const stress::Promise& promise) { return promise.kept; });
  return kept ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  stress::Plan plan;
  std::string report_path = "build/stress/report.html";
  CLI::App app("An outage, rehearsed: healthy, failing, hanging, throttled, healed, under load.");
  app.add_option("--seconds", plan.seconds, "how long all phases take together")
      ->check(CLI::Range(10.0, 600.0))
      ->capture_default_str();
  app.add_option("--rate", plan.requests_per_second, "requests a second")
      ->check(CLI::Range(20.0, 20000.0))
      ->capture_default_str();
  app.add_option("--connections", plan.connections, "keep-alive connections")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--report", report_path, "where the page goes")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  // Each symbol is requested about 25 times a second, so that most responses can be fresh.
  plan.known_symbols = std::clamp(static_cast<int>(plan.requests_per_second / 25), 1, 100);
  try {
    return run(plan, report_path);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stress-test: %s\n", error.what());
    return 2;
  }
}
