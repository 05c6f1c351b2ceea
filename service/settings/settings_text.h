#pragma once
/// The settings as text: `--print-config` and `--help`.

#include <string>

#include "service/settings/settings_load.h"

namespace service {

/// The effective settings as a YAML file that loads to the same settings; a comment after each says
/// where it was set. Settings of dependencies that are not configured appear only if some of them
/// were given. Contains no secrets: the settings have only the names of files that hold secrets.
[[nodiscard]] std::string print_settings(const LoadedSettings& loaded);

/// The text of `--help`.
[[nodiscard]] std::string settings_help();

}  // namespace service
