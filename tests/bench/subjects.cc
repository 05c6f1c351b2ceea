#include "tests/bench/subjects.h"

#include <arpa/inet.h>
#include <filesystem>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/support/http_client.h"

namespace bench {
namespace {

using test_support::Command;
using test_support::Process;

Command on_core(const std::string& core, const std::string& binary, std::vector<std::string> args) {
  std::vector<std::string> all{"-c", core, binary};
  all.insert(all.end(), args.begin(), args.end());
  return {.binary = "/usr/bin/taskset", .args = std::move(all)};
}

Subject start(const Command& command) {
  Subject subject{.process = std::make_unique<Process>(command)};
  subject.port = subject.process->wait_for_port();
  return subject;
}

/// A free port for nginx, which cannot choose one itself.
std::uint16_t free_port() {
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(file, any, size) != 0) throw std::runtime_error("no free port");
  getsockname(file, any, &size);
  close(file);
  return ntohs(address.sin_port);
}

bool answers(std::uint16_t port) {
  try {
    return !fetch(port, "/").empty();
  } catch (const std::runtime_error&) {
    return false;
  }
}

/// The fastest configuration of proxy_cache: no log, no limit on requests, files and upstream
/// connections kept open.
std::string nginx_config(std::uint16_t port, std::uint16_t upstream, const std::string& folder) {
  std::ostringstream text;
  text << "daemon off; master_process off; worker_processes 1; pid " << folder << "/pid;\n"
       << "error_log " << folder << "/error.log; worker_rlimit_nofile 20000;\n"
       << "events { worker_connections 19000; multi_accept on; }\n"
       << "http {\n  access_log off; server_tokens off; sendfile on; tcp_nodelay on;\n"
       << "  keepalive_requests 1000000000; keepalive_timeout 3600s;\n"
       << "  open_file_cache max=1000 inactive=1h; open_file_cache_valid 1h;\n"
       << "  proxy_cache_path " << folder << "/cache keys_zone=quotes:64m inactive=1h;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text << "  " << kind << "_temp_path " << folder << "/" << kind << ";\n";
  }
  text << "  upstream origin { server 127.0.0.1:" << upstream << "; keepalive 64; }\n"
       << "  server {\n    listen 127.0.0.1:" << port << " backlog=4096;\n    location / {\n"
       << "      proxy_pass http://origin; proxy_http_version 1.1;\n"
       << "      proxy_set_header Connection \"\"; proxy_cache quotes; proxy_cache_valid 200 1h;\n"
       << "      proxy_cache_lock on;\n    }\n  }\n}\n";
  return text.str();
}

/// Whether the program has the setting, so that older builds can be measured too.
bool knows(const std::string& binary, const std::string& flag) {
  Process help({.binary = binary, .args = {"--help"}});
  static_cast<void>(help.wait_for_exit());
  return help.out().find(flag + " ") != std::string::npos;
}

}  // namespace

Subject start_upstream(const Tools& tools, std::vector<std::string> args) {
  args.insert(args.end(), {"--port", "0"});
  return start(on_core("1", tools.bin + "/alphavantage-simulator", std::move(args)));
}

Subject start_service(const Tools& tools, std::uint16_t upstream, std::vector<std::string> args) {
  const auto binary = tools.bin + "/stock-service";
  args.insert(args.end(), {"--port", "0", "--event-loops", "1", "--upstream-url",
                           "http://127.0.0.1:" + std::to_string(upstream)});
  if (knows(binary, "--quota-plan")) args.insert(args.end(), {"--quota-plan", "unlimited"});
  if (knows(binary, "--market-hours")) args.insert(args.end(), {"--market-hours", "off"});
  if (knows(binary, "--store-path")) args.insert(args.end(), {"--store-path", "none"});
  auto command = on_core("0", binary, std::move(args));
  command.environment = {{"ALPHAVANTAGE_API_KEY", "BENCHBENCHBENCH0"}};
  return start(command);
}

Subject start_nginx(const Tools& tools, std::uint16_t upstream) {
  Subject subject;
  subject.folder = std::make_unique<test_support::TemporaryFolder>();
  subject.port = free_port();
  const auto folder = subject.folder->path().string();
  const auto config =
      subject.folder->write("nginx.conf", nginx_config(subject.port, upstream, folder));
  subject.process = std::make_unique<Process>(
      on_core("0", tools.tools + "/usr/sbin/nginx", {"-p", folder, "-c", config, "-e", "stderr"}));
  if (!test_support::eventually([&subject] { return answers(subject.port); })) {
    throw std::runtime_error("nginx does not answer: " + subject.process->err());
  }
  return subject;
}

Subject start_fixed(const Tools& tools, const std::string& program, const std::string& answer) {
  auto folder = std::make_unique<test_support::TemporaryFolder>();
  const auto file = folder->write("answer", answer);
  auto subject = start(on_core("0", tools.bin + "/" + program, {file}));
  subject.folder = std::move(folder);
  return subject;
}

std::string fetch(std::uint16_t port, const std::string& target) {
  return test_support::exchange_raw(
      port, "GET " + target + " HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
}

std::uint64_t count_calls(const Subject& upstream) {
  const auto response = test_support::http_get(upstream.port, "/_control/calls");
  return nlohmann::json::parse(response.body).at("total").get<std::uint64_t>();
}

void forget_calls(const Subject& upstream) {
  static_cast<void>(test_support::http_request(upstream.port, "DELETE", "/_control/calls"));
}

void set_mode(const Subject& upstream, const std::string& mode) {
  static_cast<void>(test_support::http_request(upstream.port, "PUT", "/_control/mode",
                                               nlohmann::json{{"mode", mode}}.dump()));
}

}  // namespace bench
