#include "tests/bench/wrk.h"

#include <regex>
#include <stdexcept>

namespace bench {
namespace {

/// The first group of `pattern`; 0 when it is not there.
double number(const std::string& text, const std::string& pattern) {
  std::smatch found;
  return std::regex_search(text, found, std::regex(pattern)) ? std::stod(found[1].str()) : 0;
}

}  // namespace

WrkResult run_wrk(const Tools& tools, std::uint16_t port, const std::string& target,
                  std::size_t connections, int seconds, const std::string& script) {
  const test_support::TemporaryFolder folder;
  std::vector<std::string> args{"-c", "1", tools.tools + "/usr/bin/wrk", "-t1"};
  args.push_back("-c" + std::to_string(connections));
  args.push_back("-d" + std::to_string(seconds));
  args.insert(args.end(), {"--timeout", "30s"});
  if (!script.empty()) args.insert(args.end(), {"-s", folder.write("script.lua", script)});
  args.push_back("http://127.0.0.1:" + std::to_string(port) + target);
  test_support::Process wrk(
      {.binary = "/usr/bin/taskset",
       .args = args,
       .environment = {{"LD_LIBRARY_PATH", tools.tools + "/usr/lib/x86_64-linux-gnu"}}});
  if (wrk.wait_for_exit(std::chrono::seconds(seconds + 60)) != 0) {
    throw std::runtime_error("wrk failed: " + wrk.out() + wrk.err());
  }
  const auto text = wrk.out();
  WrkResult result{.requests_per_second = number(text, R"(Requests/sec:\s+([0-9.]+))")};
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

}  // namespace bench
