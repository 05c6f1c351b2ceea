#pragma once
/// The one table of settings: name, range, help, and how text becomes a field of `Settings`.
/// Everything else (flags, environment, YAML, help, --print-config) is derived from it.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "service/settings/settings.h"

namespace service {

struct SettingRow {
  /// As a flag without the dashes: `fresh-ttl`. `STOCK_SERVICE_FRESH_TTL` and `fresh_ttl`
  /// elsewhere.
  std::string_view name;
  /// What stands for the value in the help; empty: a switch, whose flag needs no value.
  std::string_view placeholder;
  std::string_view help;
  /// Reads the text into its field. The error says what is wrong and what is allowed.
  std::function<circuitbreaker::expected<void, std::string>(Settings&, std::string_view)> apply;
  /// The field as text that `apply` accepts.
  std::function<std::string(const Settings&)> show;
  /// The breaker this belongs to, in YAML also `circuit_breaker: { BREAKER: { name: value } }`;
  /// empty: none.
  std::string_view breaker = {};
  /// False: YAML only, under `circuit_breaker:`.
  bool has_flag = true;
  /// Says what the default is where it depends on the machine; empty: `show` says it.
  std::string_view default_text = {};
};

/// The row's default as help and documentation show it; empty: none.
[[nodiscard]] std::string shown_default(const SettingRow& row);

/// In the order of the help. Lives until the program ends.
[[nodiscard]] std::span<const SettingRow> settings_table();

/// The index of a row that exists; `breaker` tells apart what several breakers have.
[[nodiscard]] std::size_t row_index(std::string_view name, std::string_view breaker = {});

/// `fresh-ttl` as `fresh_ttl`.
[[nodiscard]] std::string yaml_name(std::string_view name);
/// `fresh-ttl` as `STOCK_SERVICE_FRESH_TTL`.
[[nodiscard]] std::string environment_name(std::string_view name);

}  // namespace service
