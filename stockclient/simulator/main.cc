/// alphavantage-simulator: an Alpha Vantage on the loopback interface that can be told to fail.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "stockclient/simulator/simulator.h"
#include "stockclient/simulator/text.h"

namespace {

/// Blocks the signals that end the program. Called before any thread starts, so that only `sigwait`
/// receives them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int serve(const stockclient::SimulatorOptions& options) {
  const sigset_t signals = block_stop_signals();
  stockclient::Simulator simulator(options);
  std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(simulator.port()));
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  simulator.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  stockclient::SimulatorOptions options;
  std::string latency = "0ms";
  CLI::App app("An Alpha Vantage on the loopback interface that can be told to fail.");
  app.add_option("--port", options.port, "port on 127.0.0.1; 0 picks a free port and prints it")
      ->capture_default_str();
  app.add_option("--latency", latency, "time that every reply takes, such as 50ms")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const bool valid = stockclient::simulator::parse_duration(text).has_value();
        return valid ? std::string() : "must be a duration of at most an hour, such as 50ms";
      });
  app.add_option("--replay", options.replay_dir, "folder with an INDEX.tsv of recorded answers");
  app.add_option("--limit-per-second", options.limit_per_second, "calls allowed in any second");
  app.add_option("--limit-per-minute", options.limit_per_minute, "calls allowed in any minute");
  app.add_option("--limit-per-day", options.limit_per_day, "calls allowed in any 24 hours");
  app.footer(
      "While it runs: curl -X PUT -d '{\"mode\":\"error\"}' http://127.0.0.1:PORT/_control/mode\n"
      "modes: ok slow hang error reset garbage truncated empty html data-fault wrong-symbol\n"
      "       throttle-second throttle-minute throttle-day status-429 status-403 bad-key premium\n"
      "       replay\n"
      "optional members: latency, fraction, file (in the replay folder), status, function\n"
      "calls: GET and DELETE /_control/calls");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "alphavantage-simulator: %s\n", error.what());
    return 1;
  }
  try {
    options.latency = stockclient::simulator::parse_duration(latency).value();
    return serve(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "alphavantage-simulator: %s\n", error.what());
    return 1;
  }
}
