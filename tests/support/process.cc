#include "tests/support/process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test_support {
namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Only a complete line that starts like this counts, because the demo also prints its simulator's
/// port.
std::optional<std::uint16_t> port_in(const std::string& output) {
  constexpr std::string_view kPhrase = "listening on ";
  std::size_t start = 0;
  for (std::size_t end; (end = output.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = output.substr(start, end - start);
    if (!line.starts_with(kPhrase)) continue;
    const char* const port = line.c_str() + line.rfind(':') + 1;
    return static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10));
  }
  return std::nullopt;
}

std::string assignment(std::string_view name, std::string_view value) {
  return std::string(name).append("=").append(value);
}

std::vector<std::string> environment_of(const Command& command, const fs::path& home) {
  std::vector<std::string> environment{"HOME=" + home.string()};
  for (const char* const name :
       {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS",
        // Under faketime a test and its processes must agree on the date.
        "LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED", "FAKETIME_DONT_FAKE_MONOTONIC"}) {
    // Tests start processes from one thread, and nothing changes the environment.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (const char* const value = std::getenv(name)) {
      environment.push_back(assignment(name, value));
    }
  }
  for (const auto& [name, value] : command.environment) {
    environment.push_back(assignment(name, value));
  }
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void redirect(int target, const char* path) {
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd >= 0) ::dup2(fd, target);
}

}  // namespace

Process::Process(const Command& command) {
  // All allocations happen before the fork.
  std::vector<std::string> args{command.binary};
  args.insert(args.end(), command.args.begin(), command.args.end());
  std::vector<std::string> environment = environment_of(command, folder_.path());
  const std::vector<char*> argv = pointers_to(args);
  const std::vector<char*> envp = pointers_to(environment);
  const std::string out = (folder_.path() / "out").string();
  const std::string err = (folder_.path() / "err").string();

  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot start " + command.binary);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    redirect(STDIN_FILENO, "/dev/null");
    redirect(STDOUT_FILENO, out.c_str());
    redirect(STDERR_FILENO, err.c_str());
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
}

Process::~Process() {
  if (ended()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Process::out() const {
  return read_all(folder_.path() / "out");
}
std::string Process::err() const {
  return read_all(folder_.path() / "err");
}

bool Process::ended() {
  if (exit_code_) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

std::uint16_t Process::wait_for_port(std::chrono::milliseconds patience) {
  std::optional<std::uint16_t> port;
  const bool done = eventually(
      [&] {
        const bool over = ended();
        port = port_in(out());
        return port || over;
      },
      patience);
  if (port) return *port;
  throw std::runtime_error(std::string(done ? "it ended" : "it did not listen in time") +
                           "; stdout: " + out() + "; stderr: " + err());
}

void Process::signal(int number) const {
  if (!exit_code_) ::kill(pid_, number);
}

std::optional<int> Process::wait_for_exit(std::chrono::milliseconds patience) {
  if (!eventually([&] { return ended(); }, patience)) return std::nullopt;
  return exit_code_;
}

}  // namespace test_support
