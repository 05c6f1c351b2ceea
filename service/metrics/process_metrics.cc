#include "service/metrics/process_metrics.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include "service/metrics/metric_families.h"
#include "service/metrics/version.h"

namespace service {
namespace {

/// The fields of /proc/self/stat that are exported.
struct ProcessStat {
  double user_ticks = 0;
  double system_ticks = 0;
  double threads = 0;
  double start_ticks = 0;
  double virtual_bytes = 0;
  double resident_pages = 0;
};

ProcessStat read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  ProcessStat stat;
  const std::size_t end_of_name = line.rfind(')');
  if (end_of_name == std::string::npos) return stat;
  std::istringstream rest(line.substr(end_of_name + 1));
  std::string word;
  // Fields are numbered from 1, as in proc(5); the second is the name, which may contain blanks.
  for (int field = 3; rest >> word && field <= 24; ++field) {
    const double value = std::strtod(word.c_str(), nullptr);
    if (field == 14) stat.user_ticks = value;
    if (field == 15) stat.system_ticks = value;
    if (field == 20) stat.threads = value;
    if (field == 22) stat.start_ticks = value;
    if (field == 23) stat.virtual_bytes = value;
    if (field == 24) stat.resident_pages = value;
  }
  return stat;
}

/// Unix time at which the system was booted.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  return 0;
}

double open_files() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return 0;
  return static_cast<double>(std::distance(begin(entries), end(entries)));
}

double max_files() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  const ProcessStat stat = read_stat();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto gauge = [](std::string name, std::string help, double value) {
    return with_sample(gauge_family(std::move(name), std::move(help)), value);
  };
  auto build = gauge_family("build_info", "Version of the program and its compiler; always 1.");
  add_sample(build, {{"version", kVersion}, {"compiler", kCompiler}}, 1);
  return {with_sample(counter_family("process_cpu_seconds_total", "User and system CPU time."),
                      (stat.user_ticks + stat.system_ticks) / ticks),
          gauge("process_resident_memory_bytes", "Resident memory.", stat.resident_pages * page),
          gauge("process_virtual_memory_bytes", "Virtual memory.", stat.virtual_bytes),
          gauge("process_open_fds", "Open file descriptors.", open_files()),
          gauge("process_max_fds", "Limit of open file descriptors.", max_files()),
          gauge("process_threads", "Threads.", stat.threads),
          gauge("process_start_time_seconds", "Unix time of the start of the process.",
                boot_time() + stat.start_ticks / ticks),
          std::move(build)};
}

}  // namespace service
