#include "tests/support/postgres_server.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "tests/support/eventually.h"

namespace test_support {
namespace {

namespace fs = std::filesystem;

/// The user nobody and the group nogroup, because PostgreSQL refuses to run as root.
constexpr uid_t kNobody = 65534;

const fs::path& tools() {
  static const fs::path folder = UNPACKED_TOOLS;
  return folder;
}

/// Runs one of the unpacked programs as an unprivileged user.
Command command_for(const std::string& program, std::vector<std::string> args) {
  const fs::path binary = tools() / "usr/lib/postgresql/15/bin" / program;
  if (!fs::exists(binary)) {
    throw std::runtime_error(binary.string() + " is missing; `make test` unpacks it");
  }
  Command command{.binary = binary.string(), .args = std::move(args)};
  command.environment = {{"LC_ALL", "C"},
                         {"LD_LIBRARY_PATH", (tools() / "usr/lib/x86_64-linux-gnu").string()}};
  if (::geteuid() != 0) return command;
  const std::string nobody = std::to_string(kNobody);
  std::vector<std::string> as_nobody{"--reuid=" + nobody, "--regid=" + nobody, "--clear-groups",
                                     command.binary};
  as_nobody.insert(as_nobody.end(), command.args.begin(), command.args.end());
  command.binary = "/usr/bin/setpriv";
  command.args = std::move(as_nobody);
  return command;
}

void give_to_nobody(const fs::path& folder) {
  if (::geteuid() != 0) return;
  if (::chown(folder.c_str(), kNobody, kNobody) != 0) {
    throw std::runtime_error("cannot change the owner of " + folder.string());
  }
}

/// An empty cluster, created once for all tests and copied for each, because initdb takes seconds.
fs::path template_cluster() {
  const fs::path folder = tools() / "postgres-cluster";
  const int lock =
      ::open((tools() / "postgres-cluster.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ::flock(lock, LOCK_EX);
  if (!fs::exists(folder / "complete")) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    give_to_nobody(folder);
    Process initdb(command_for("initdb", {"-D", (folder / "data").string(), "-A", "trust", "-U",
                                          "stock", "-E", "UTF8", "--no-sync", "--no-locale"}));
    if (initdb.wait_for_exit(std::chrono::minutes(2)) != 0) {
      ::close(lock);
      throw std::runtime_error("initdb failed: " + initdb.out() + initdb.err());
    }
    std::ofstream(folder / "complete");
  }
  ::close(lock);
  return folder / "data";
}

std::uint16_t free_port() {
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(file, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(file);
  return ntohs(address.sin_port);
}

pid_t parent_of(const fs::path& process) {
  std::ifstream status(process / "status");
  std::string word;
  while (status >> word) {
    pid_t parent = 0;
    if (word == "PPid:" && status >> parent) return parent;
  }
  return 0;
}

}  // namespace

PostgresServer::PostgresServer() : port_(free_port()) {
  const fs::path data = folder_.path() / "data";
  fs::copy(template_cluster(), data, fs::copy_options::recursive);
  give_to_nobody(folder_.path());
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
    give_to_nobody(entry.path());
  }
  fs::permissions(data, fs::perms::owner_all);
  start();
}

void PostgresServer::start() {
  process_ = std::make_unique<Process>(command_for(
      "postgres",
      {"-D", (folder_.path() / "data").string(), "-p", std::to_string(port_), "-c",
       "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c",
       "max_connections=20", "-c", "shared_buffers=1MB", "-c", "jit=off"}));
  const bool accepts = eventually([&] {
    return process_->err().find("database system is ready to accept connections") !=
           std::string::npos;
  });
  if (!accepts) throw std::runtime_error("PostgreSQL did not start: " + process_->err());
}

std::string PostgresServer::url() const {
  return "postgresql://stock@127.0.0.1:" + std::to_string(port_) + "/postgres";
}

void PostgresServer::signal_all(int number) const {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    if (parent_of(entry.path()) != process_->pid()) continue;
    ::kill(static_cast<pid_t>(std::atoi(entry.path().filename().c_str())), number);
  }
  process_->signal(number);
}

void PostgresServer::freeze() {
  signal_all(SIGSTOP);
}

void PostgresServer::thaw() {
  signal_all(SIGCONT);
}

void PostgresServer::restart() {
  // An immediate shutdown resembles a crash, but leaves no process that occupies the port.
  process_->signal(SIGQUIT);
  if (!process_->wait_for_exit()) throw std::runtime_error("PostgreSQL did not stop");
  start();
}

}  // namespace test_support
