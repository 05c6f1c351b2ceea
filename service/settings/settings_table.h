#pragma once
/// The table of settings. Flags, environment variables, YAML keys, `--help`, `--print-config`,
/// live reload and the README's list are all derived from its rows; nothing else names a setting.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "circuitbreaker/expected.h"

#include "service/settings/settings.h"

namespace service {

/// Environment variables: names and values.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// A default that depends on other settings or on the environment.
struct DependentDefault {
  /// The description in help and documentation, such as `2/5 of upstream_timeout`.
  std::string_view text;
  /// Stores the default in its field. Returns the name of its source, which `--print-config` shows
  /// after "default"; may be empty. The default of a live setting must not use the environment.
  std::function<std::string(ServiceSettings&, const Environment&)> apply;
};

/// One setting.
struct SettingRow {
  /// The flag without its dashes, such as `fresh-ttl`. The environment variable
  /// (`STOCK_SERVICE_FRESH_TTL`) and the YAML key (`fresh_ttl`) are derived from it.
  std::string_view name;
  /// Placeholder for the value in the help text; empty: a switch, whose flag needs no value.
  std::string_view placeholder;
  /// One phrase that describes the setting.
  std::string_view help;
  /// Parses the text into its field. The error says what is wrong and what is allowed.
  std::function<circuitbreaker::expected<void, std::string>(ServiceSettings&, std::string_view)>
      apply;
  /// Formats the value of the field as text that `apply` accepts.
  std::function<std::string(const ServiceSettings&)> show;
  /// Copies the field from the second argument to the first.
  std::function<void(ServiceSettings&, const ServiceSettings&)> copy;
  /// The breaker to which the setting belongs; its YAML key is then also accepted as
  /// `circuit_breaker: { BREAKER: { key: value } }`. Empty if there is none.
  std::string_view breaker = {};
  /// The breaker whose setting of the same name is the default; empty if there is none.
  /// Documentation mentions such rows only as a group.
  std::string_view follows = {};
  /// Whether the setting has a flag; if not, it exists only in YAML, below `circuit_breaker:`.
  bool has_flag = true;
  /// Whether a reload changes the setting; if not, a change takes effect only after a restart.
  bool live = false;
  /// Whether a text contains a password; such a text is not accepted as a flag, which everybody can
  /// read in the list of processes. Null: no text does.
  bool (*contains_password)(std::string_view) = nullptr;
  /// A default that replaces the one in the component's struct; empty text: none.
  DependentDefault dependent_default = {};
};

/// All rows, in the order of the help text, in which a dependent default comes after the rows that
/// it depends on. Lives until the program ends; thread-safe.
[[nodiscard]] std::span<const SettingRow> settings_table();

/// Index of an existing row; `breaker` selects among breakers that have a setting with the same
/// name.
[[nodiscard]] std::size_t row_index(std::string_view name, std::string_view breaker = {});

/// The row's default as shown by help and documentation; empty if there is none.
[[nodiscard]] std::string shown_default(const SettingRow& row);

/// The row's name in documentation: `--fresh-ttl`, or `database: open_timeout` without a flag.
[[nodiscard]] std::string documented_name(const SettingRow& row);

/// The YAML key: `fresh_ttl` for `fresh-ttl`.
[[nodiscard]] std::string yaml_name(std::string_view name);
/// The environment variable: `STOCK_SERVICE_FRESH_TTL` for `fresh-ttl`.
[[nodiscard]] std::string environment_name(std::string_view name);

}  // namespace service
