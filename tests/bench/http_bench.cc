/// Runs the scenarios, prints the tables, and writes http.json, http.html and http.svg.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include "tests/bench/scenarios.h"
#include "tests/support/open_files.h"

int main(int argc, char** argv) {
  using Scenario = void (*)(const bench::Tools&, const bench::Effort&, bench::Results&);
  const std::map<std::string, Scenario> scenarios{
      {"1-hits", bench::measure_hits},     {"2-idle", bench::measure_idle},
      {"3-cold", bench::measure_cold},     {"4-herd", bench::measure_herd},
      {"5-outage", bench::measure_outage}, {"6-drain", bench::measure_drain}};

  bench::Tools tools{.bin = std::filesystem::path(argv[0]).parent_path().string(),
                     .tools = "build/tools"};
  bench::Effort effort;
  std::string output = "build/bench";
  std::vector<std::string> only;
  CLI::App app("The service beside nginx, stock cpp-httplib and a bare epoll loop.");
  app.add_option("--tools", tools.tools, "where nginx and wrk were unpacked");
  app.add_option("--rounds", effort.rounds, "interleaved rounds of each comparison");
  app.add_option("--seconds", effort.seconds, "of each measurement");
  app.add_option("--output", output, "folder for http.json, http.html and http.svg");
  app.add_option("--only", only, "hits, idle, cold, herd, outage, drain")->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  // Inherited by every server and load generator.
  test_support::raise_open_file_limit();
  try {
    bench::Results results;
    for (const auto& [name, run] : scenarios) {
      const auto plain = name.substr(2);
      if (!only.empty() && std::find(only.begin(), only.end(), plain) == only.end()) continue;
      std::cerr << plain << "\n";
      run(tools, effort, results);
    }
    std::filesystem::create_directories(output);
    std::ofstream(output + "/http.json") << bench::to_json(results);
    std::ofstream(output + "/http.html") << bench::to_html(results);
    std::ofstream(output + "/http.svg") << bench::to_svg(results);
    std::cout << bench::to_text(results) << "\nwritten: " << output << "/http.{json,html,svg}\n";
  } catch (const std::exception& error) {
    std::cerr << "http-bench: " << error.what() << "\n";
    return 1;
  }
}
