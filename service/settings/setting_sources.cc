#include "service/settings/setting_sources.h"

#include <array>

#include "service/settings/settings_table.h"
#include "service/text/nearest.h"

namespace service {
namespace {

constexpr std::string_view kPrefix = "STOCK_SERVICE_";

struct CommandFlag {
  std::string_view name;
  Command command;
};
constexpr std::array<CommandFlag, 4> kCommands{{{"check-config", Command::check_config},
                                                {"print-config", Command::print_config},
                                                {"version", Command::version},
                                                {"help", Command::help}}};

/// Whether Kubernetes sets this variable in every pod of a namespace that has a Service named
/// stock-service; such variables are not settings.
bool set_by_kubernetes(std::string_view name, std::string_view value) {
  if (name.starts_with("STOCK_SERVICE_SERVICE_") || name.starts_with("STOCK_SERVICE_PORT_"))
    return true;
  return name == "STOCK_SERVICE_PORT" && value.find("://") != std::string_view::npos;
}

/// Index of the row whose flag is spelled like `name` apart from separators and case; the table's
/// size if there is none.
std::size_t find_row(std::string_view name, std::string (*spelling)(std::string_view)) {
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].has_flag && spelling(table[i].name) == name) return i;
  return table.size();
}

std::string flag_name(std::string_view name) {
  return "--" + std::string(name);
}

std::vector<std::string> flag_names() {
  std::vector<std::string> names{"--config"};
  for (const CommandFlag& flag : kCommands) names.push_back(flag_name(flag.name));
  for (const SettingRow& row : settings_table())
    if (row.has_flag) names.push_back(flag_name(row.name));
  return names;
}

/// Reads a command line from its first argument to its last.
class FlagReader {
 public:
  explicit FlagReader(std::span<const std::string> arguments) : rest_(arguments) {}

  FlagReading read() {
    while (!rest_.empty()) {
      const std::string argument = rest_.front();
      rest_ = rest_.subspan(1);
      ++position_;
      if (!argument.starts_with('-')) {
        reject_argument();
        continue;
      }
      const std::size_t equals = argument.find('=');
      name_ = argument.substr(0, equals);
      inline_value_ =
          equals == std::string::npos ? std::nullopt : std::optional(argument.substr(equals + 1));
      read_one();
    }
    return std::move(reading_);
  }

 private:
  void read_one() {
    if (name_ == "-h") name_ = "--help";
    for (const CommandFlag& flag : kCommands) {
      if (flag_name(flag.name) != name_) continue;
      if (inline_value_) return error(name_ + ": takes no value");
      reading_.command = flag.command;
      return;
    }
    if (name_ == "--config") {
      if (auto value = take_value()) reading_.config_file = std::move(*value);
      return;
    }
    const std::size_t row = find_row(name_, flag_name);
    if (row == settings_table().size()) {
      const std::vector<std::string> known = flag_names();
      return error(name_ + ": unknown flag" + suggestion(name_, known));
    }
    const bool is_switch = settings_table()[row].placeholder.empty();
    std::optional<std::string> value = is_switch ? inline_value_.value_or("on") : take_value();
    const auto contains_password = settings_table()[row].contains_password;
    if (value && contains_password != nullptr && contains_password(*value)) {
      return error(name_ +
                   ": contains a password, which the list of processes would show; set the "
                   "environment variable " +
                   environment_name(settings_table()[row].name) + " or the file's key instead");
    }
    if (value)
      reading_.source.assignments.push_back(
          {.row = row,
           .value = std::move(*value),
           .origin = {.given = true, .text = "flag " + name_, .key = name_}});
  }

  /// The message does not repeat the argument, which may be a secret that follows a flag that does
  /// not exist, such as --api-key.
  void reject_argument() {
    error("argument " + std::to_string(position_) +
          ": is neither a flag nor the value of one; settings are given as --SETTING VALUE");
  }

  std::optional<std::string> take_value() {
    if (inline_value_) return inline_value_;
    if (rest_.empty()) {
      error(name_ + ": needs a value");
      return std::nullopt;
    }
    std::string value = rest_.front();
    rest_ = rest_.subspan(1);
    ++position_;
    return value;
  }

  void error(std::string message) { reading_.source.errors.push_back(std::move(message)); }

  std::span<const std::string> rest_;
  /// Position of the last argument read, starting at 1.
  std::size_t position_ = 0;
  std::string name_;
  std::optional<std::string> inline_value_;
  FlagReading reading_;
};

}  // namespace

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  const std::string_view best = nearest(name, views);
  return best.empty() ? "" : "; did you mean " + std::string(best) + "?";
}

FlagReading read_flags(std::span<const std::string> arguments) {
  return FlagReader(arguments).read();
}

SourceReading read_environment(const Environment& environment, std::string& config_file) {
  SourceReading reading;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || set_by_kubernetes(name, value)) continue;
    if (name == "STOCK_SERVICE_CONFIG") {
      config_file = value;
      continue;
    }
    const std::size_t row = find_row(name, environment_name);
    if (row == settings_table().size()) {
      std::vector<std::string> known{"STOCK_SERVICE_CONFIG"};
      for (const SettingRow& candidate : settings_table())
        if (candidate.has_flag) known.push_back(environment_name(candidate.name));
      reading.errors.push_back("environment " + name + ": unknown setting" +
                               suggestion(name, known));
      continue;
    }
    reading.assignments.push_back(
        {.row = row,
         .value = value,
         .origin = {.given = true, .text = "environment " + name, .key = name}});
  }
  return reading;
}

}  // namespace service
