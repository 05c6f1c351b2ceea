/// The program stock-service: loads the settings, runs the service and handles signals.

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

#include <climits>

#include "service/app.h"
#include "service/connection/connection_server.h"
#include "service/log/log.h"
#include "service/metrics/http_metrics.h"
#include "service/metrics/version.h"
#include "service/reload.h"
#include "service/request_pipeline.h"
#include "service/secrets.h"
#include "service/settings/setting_values.h"
#include "service/settings/settings_load.h"
#include "service/settings/settings_text.h"

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

/// Blocks the signals that end the service or reload its settings, in this thread and in all
/// threads started from now on; only the main thread waits for them.
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

/// Prints only the first error, so that a failed start produces one line; --check-config prints all
/// errors.
int report_first(const std::vector<std::string>& errors) {
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
  std::cout << "the settings are valid\n";
  return 0;
}

/// Waits for one of the signals, for at most `limit`; returns 0 if none arrived.
int wait_for_signal(const sigset_t& signals, std::chrono::nanoseconds limit) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  const timespec left{static_cast<std::time_t>(seconds.count()),
                      static_cast<long>((limit - seconds).count())};
  return std::max(sigtimedwait(&signals, nullptr, &left), 0);
}

/// Reloads on SIGHUP and logs summaries until a signal ends the service; returns that signal.
int wait_for_end(const sigset_t& signals, const service::App& app, service::Reloader& reloader) {
  while (true) {
    const auto interval = reloader.in_force().summary_interval;
    // Without summaries the limit is arbitrary, because nothing happens when it passes.
    const int signal = wait_for_signal(signals, interval.value_or(std::chrono::hours(1)));
    if (signal == SIGHUP) {
      reloader.reload();
    } else if (signal != 0) {
      return signal;
    } else if (interval) {
      app.log_summary();
    }
  }
}

/// Serves until a signal ends the service. After SIGTERM it continues to serve for the grace
/// period, so that load balancers see /readyz answer 503; a second signal cuts the grace period
/// short.
void serve_until_end(const sigset_t& signals, service::ConnectionServer& server, service::App& app,
                     service::Reloader& reloader, service::Log& log) {
  const int signal = wait_for_end(signals, app, reloader);
  app.lifecycle().set(Lifecycle::Stage::draining);
  server.announce_drain();
  log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  sigset_t ends = signals;
  sigdelset(&ends, SIGHUP);
  if (signal == SIGTERM) wait_for_signal(ends, reloader.in_force().drain_grace);
}

service::ConnectionHooks hooks(service::RequestPipeline& pipeline) {
  return {.handler = [&pipeline](const auto& request) { return pipeline.handle(request); },
          .format_rejection =
              [&pipeline](const service::RejectedRequest& rejected) {
                service::Problem problem{.code = service::problem_code(rejected.code),
                                         .detail = std::string(rejected.detail)};
                if (rejected.retry_after_seconds > 0)
                  problem.retry_after = std::chrono::seconds(rejected.retry_after_seconds);
                return pipeline.reject(problem, rejected.request_id);
              },
          .observe =
              [&pipeline](const service::AnsweredRequest& answered) {
                pipeline.observe(answered.request, answered.response, answered.elapsed);
              }};
}

/// Default name of this replica: host name and port.
std::string default_instance(std::uint16_t port) {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) name = {"localhost"};
  return std::string(name.data()) + ":" + std::to_string(port);
}

int serve(const service::ServiceSettings& settings, const service::Secrets& secrets,
          service::Log& log, const sigset_t& signals, const service::Reloader::Read& read) {
  service::App app(settings, secrets, log);
  service::ConnectionServer server(settings.connections, hooks(app.pipeline()));
  app.http_metrics().set_connections([&server] { return server.connections(); });
  const std::string instance =
      settings.instance.empty() ? default_instance(server.port()) : settings.instance;
  app.set_instance(instance);
  if (server.max_connections() < settings.connections.max_connections)
    log.warning("the open-file limit allows fewer connections than configured",
                {{"max_connections", static_cast<std::int64_t>(server.max_connections())},
                 {"configured", static_cast<std::int64_t>(settings.connections.max_connections)}});
  server.start();
  app.lifecycle().set(Lifecycle::Stage::ready);
  if (const auto port = app.simulator_port())
    std::cout << "simulator on 127.0.0.1:" << *port << "\n";
  std::cout << "listening on "
            << service::format_authority(settings.connections.host, server.port()) << std::endl;
  log.info("started", {{"version", service::kVersion},
                       {"instance", instance},
                       {"host", settings.connections.host},
                       {"port", static_cast<std::int64_t>(server.port())},
                       {"demo", settings.demo}});
  service::Reloader reloader(
      settings, read,
      [&](const service::ServiceSettings& reloaded) {
        app.reconfigure(reloaded);
        server.reconfigure(reloaded.connections);
        log.set_level(reloaded.log_level);
        log.set_format(reloaded.log_format);
      },
      log);
  serve_until_end(signals, server, app, reloader, log);
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
    if (!errors.empty()) return report_first(errors);
    std::cout << service::print_settings(loaded) << "# api_key: [redacted], "
              << secrets.api_key_origin << "\n";
    return 0;
  }
  std::move(secrets.errors.begin(), secrets.errors.end(), std::back_inserter(errors));
  std::vector<std::string> warnings = std::move(loaded.warnings);
  std::move(secrets.warnings.begin(), secrets.warnings.end(), std::back_inserter(warnings));
  if (loaded.command == Command::check_config) return check_config(errors, warnings);
  if (!errors.empty()) return report_first(errors);

  std::vector<std::string> redacted{secrets.admin_token.reveal()};
  if (!loaded.settings.demo) redacted.push_back(secrets.api_key.reveal());
  service::Log log(loaded.settings.log_level, loaded.settings.log_format, std::move(redacted));
  if (!dumps_forbidden) log.warning("core dumps could not be disabled");
  for (const std::string& warning : warnings) log.warning(warning);
  try {
    return serve(loaded.settings, secrets, log, signals,
                 [&] { return service::load_settings(arguments, environment); });
  } catch (const std::exception& error) {
    std::cerr << "stock-service: " << error.what() << "\n";
    return kFailed;
  }
}
