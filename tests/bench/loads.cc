#include "tests/bench/loads.h"

#include <regex>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace bench {
namespace {

constexpr const char* kLoadCore = "1";
constexpr const char* kWarmUpSeconds = "0.5";

/// The number in the first group of `pattern`; 0 if there is no match.
double number(const std::string& text, const std::string& pattern) {
  std::smatch found;
  return std::regex_search(text, found, std::regex(pattern)) ? std::stod(found[1].str()) : 0;
}

/// Runs a program and returns its output. Throws std::runtime_error if it fails.
std::string run(const std::string& program, std::vector<std::string> args, int seconds,
                std::vector<std::pair<std::string, std::string>> environment = {}) {
  args.insert(args.begin(), {"-c", kLoadCore, program});
  test_support::Process load({.binary = "/usr/bin/taskset",
                              .args = std::move(args),
                              .environment = std::move(environment)});
  if (load.wait_for_exit(std::chrono::seconds(seconds + 60)) != 0) {
    throw std::runtime_error(program + " failed: " + load.out() + load.err());
  }
  return load.out();
}

}  // namespace

LoadResult run_wrk(const Tools& tools, const Subject& server, const Load& load,
                   const std::string& script) {
  const test_support::TemporaryFolder folder;
  std::vector<std::string> args{"-t1", "-c" + std::to_string(load.connections),
                                "-d" + std::to_string(load.seconds), "--timeout", "30s"};
  if (!script.empty()) args.insert(args.end(), {"-s", folder.write("script.lua", script)});
  args.push_back("http://127.0.0.1:" + std::to_string(server.port) + load.target);
  const double before = usage_of(server).cpu_seconds;
  const auto text = run(tools.tools + "/usr/bin/wrk", std::move(args), load.seconds,
                        {{"LD_LIBRARY_PATH", tools.tools + "/usr/lib/x86_64-linux-gnu"}});
  LoadResult result{.requests_per_second = number(text, R"(Requests/sec:\s+([0-9.]+))")};
  result.server_busy = (usage_of(server).cpu_seconds - before) / load.seconds;
  const double requests = number(text, R"(([0-9]+) requests in)");
  double bytes = number(text, R"(requests in [^,]+, ([0-9.]+)[KMG]?B read)");
  if (text.find("KB read") != std::string::npos) bytes *= 1024;
  if (text.find("MB read") != std::string::npos) bytes *= 1024 * 1024;
  if (text.find("GB read") != std::string::npos) bytes *= 1024.0 * 1024 * 1024;
  result.bytes_per_answer = requests > 0 ? bytes / requests : 0;
  result.errors = number(text, R"(connect ([0-9]+))") + number(text, R"(read ([0-9]+))") +
                  number(text, R"(write ([0-9]+))") + number(text, R"(timeout ([0-9]+))") +
                  number(text, R"(Non-2xx or 3xx responses: ([0-9]+))");
  return result;
}

LoadResult run_closed_loop(const Tools& tools, const Subject& server, const Load& load) {
  const auto found = nlohmann::json::parse(
      run(tools.bin + "/bench-closed-loop",
          {std::to_string(server.port), load.target, std::to_string(load.connections),
           kWarmUpSeconds, std::to_string(load.seconds), std::to_string(server.process->pid())},
          load.seconds));
  const auto figure = [&found](const char* name) { return found.at(name).get<double>(); };
  return {.requests_per_second = figure("requestsPerSecond"),
          .bytes_per_answer = figure("bytesPerAnswer"),
          .errors = figure("errors"),
          .server_busy = figure("serverBusy"),
          .load_spare = figure("spare"),
          .fewest_answers = figure("fewestAnswers")};
}

}  // namespace bench
