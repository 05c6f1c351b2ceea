/// stock-service: parses, wires and runs.

#include <algorithm>
#include <csignal>
#include <ctime>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

#include "service/app.h"
#include "service/connection/connection_server.h"
#include "service/front.h"
#include "service/log/log.h"
#include "service/metrics/http_metrics.h"
#include "service/reload.h"
#include "service/secrets.h"
#include "service/settings/setting_values.h"
#include "service/settings/settings_load.h"
#include "service/version.h"

namespace {

using service::Command;
using service::Lifecycle;

constexpr int kBadUsage = 2;
constexpr int kFailed = 1;

service::Environment read_environment() {
  service::Environment variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos)
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

/// The signals that end the service, or reload its settings. Blocked in every thread (call first)
/// and waited for in one.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// One clear line at start; --check-config names everything.
int complain(const std::vector<std::string>& errors) {
  std::cerr << "stock-service: " << errors.front();
  if (errors.size() > 1)
    std::cerr << " (and " << errors.size() - 1 << " more; --check-config lists them)";
  std::cerr << "\n";
  return kBadUsage;
}

int check_config(const std::vector<std::string>& errors, const std::vector<std::string>& warnings) {
  for (const std::string& error : errors) std::cerr << "error: " << error << "\n";
  for (const std::string& warning : warnings) std::cerr << "warning: " << warning << "\n";
  if (!errors.empty()) return kBadUsage;
  std::cout << "the settings are fine\n";
  return 0;
}

/// Waits for the next of `signals` but SIGHUP, at most that long; 0 when none came.
int wait_for_signal(sigset_t signals, std::chrono::nanoseconds limit) {
  sigdelset(&signals, SIGHUP);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  const timespec left{static_cast<std::time_t>(seconds.count()),
                      static_cast<long>((limit - seconds).count())};
  return std::max(sigtimedwait(&signals, nullptr, &left), 0);
}

/// Blocks until the service is told to end, and for SIGTERM goes on serving for the grace: whoever
/// balances load needs a moment to see that /readyz says 503. A second signal cuts that short.
void serve_until_end(const sigset_t& signals, service::ConnectionServer& server,
                     Lifecycle& lifecycle, service::Reloader& reloader, service::Log& log) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) reloader.reload();
  lifecycle.set(Lifecycle::Phase::draining);
  server.announce_drain();
  log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  if (signal == SIGTERM) wait_for_signal(signals, reloader.in_force().drain_grace);
}

service::ConnectionSettings connection_settings(const service::Settings& settings) {
  service::ConnectionSettings connections;
  connections.host = settings.host;
  connections.port = settings.port;
  connections.event_loops = settings.event_loops;
  connections.max_connections = settings.max_connections;
  connections.header_timeout = settings.header_timeout;
  connections.idle_timeout = settings.idle_timeout;
  connections.drain_timeout = settings.drain_timeout;
  return connections;
}

service::ConnectionHooks hooks(service::Front& front) {
  return {.handler = [&front](const auto& request) { return front.handle(request); },
          .format_rejection =
              [&front](const service::RejectedRequest& rejected) {
                service::Problem problem{.code = service::problem_code(rejected.code),
                                         .detail = std::string(rejected.detail)};
                if (rejected.retry_after_seconds > 0)
                  problem.retry_after = std::chrono::seconds(rejected.retry_after_seconds);
                return front.refuse(problem, rejected.request_id);
              },
          .observe =
              [&front](const service::AnsweredRequest& answered) {
                front.observe(answered.request, answered.response, answered.elapsed);
              }};
}

int serve(const service::Settings& settings, const service::Secrets& secrets, service::Log& log,
          const sigset_t& signals, const service::Reloader::Read& read) {
  service::App app(settings, secrets, log);
  service::ConnectionServer server(connection_settings(settings), hooks(app.front()));
  app.http_metrics().set_connections([&server] { return server.connections(); });
  if (server.max_connections() < settings.max_connections)
    log.warning("fewer connections than set: too few files may be open",
                {{"max_connections", static_cast<std::int64_t>(server.max_connections())},
                 {"set", static_cast<std::int64_t>(settings.max_connections)}});
  server.start();
  app.lifecycle().set(Lifecycle::Phase::ready);
  if (const auto port = app.simulator_port())
    std::cout << "simulator on 127.0.0.1:" << *port << "\n";
  std::cout << "listening on " << service::format_authority(settings.host, server.port())
            << std::endl;
  log.info("started", {{"version", service::kVersion},
                       {"host", settings.host},
                       {"port", static_cast<std::int64_t>(server.port())},
                       {"demo", settings.demo}});
  service::Reloader reloader(
      settings, read,
      [&](const service::Settings& reloaded) {
        app.reconfigure(reloaded);
        server.reconfigure(connection_settings(reloaded));
        log.set_level(reloaded.log_level);
        log.set_format(reloaded.log_format);
      },
      log);
  serve_until_end(signals, server, app.lifecycle(), reloader, log);
  const bool drained = server.drain();
  log.info("stopped", {{"drained", drained}});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const sigset_t signals = block_signals();
  const bool dumps_forbidden = service::forbid_memory_dumps();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const service::Environment environment = read_environment();
  service::LoadedSettings loaded = service::load_settings(arguments, environment);
  if (loaded.command == Command::help) return std::cout << service::settings_help(), 0;
  if (loaded.command == Command::version)
    return std::cout << "stock-service " << service::kVersion << "\n", 0;

  service::Secrets secrets = service::load_secrets(loaded, environment);
  std::vector<std::string> errors = std::move(loaded.errors);
  if (loaded.command == Command::print_config) {
    if (!errors.empty()) return complain(errors);
    std::cout << service::print_settings(loaded) << "# api_key: [redacted], "
              << secrets.api_key_origin << "\n";
    return 0;
  }
  std::move(secrets.errors.begin(), secrets.errors.end(), std::back_inserter(errors));
  std::vector<std::string> warnings = std::move(loaded.warnings);
  std::move(secrets.warnings.begin(), secrets.warnings.end(), std::back_inserter(warnings));
  if (loaded.command == Command::check_config) return check_config(errors, warnings);
  if (!errors.empty()) return complain(errors);

  std::vector<std::string> redacted{secrets.admin_token.reveal()};
  if (!loaded.settings.demo) redacted.push_back(secrets.api_key.reveal());
  service::Log log(loaded.settings.log_level, loaded.settings.log_format, std::move(redacted));
  if (!dumps_forbidden) log.warning("memory dumps could not be forbidden");
  for (const std::string& warning : warnings) log.warning(warning);
  try {
    return serve(loaded.settings, secrets, log, signals,
                 [&] { return service::load_settings(arguments, environment); });
  } catch (const std::exception& error) {
    std::cerr << "stock-service: " << error.what() << "\n";
    return kFailed;
  }
}
