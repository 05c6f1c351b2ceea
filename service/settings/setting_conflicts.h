#pragma once
/// Rules that involve several settings.

#include "service/settings/settings_load.h"

namespace service {

/// Finds settings that contradict each other. Impossible combinations are appended to `errors`;
/// probable mistakes, such as settings of a dependency that is not configured, to `warnings`. Each
/// message names the keys and where they were set; each error also says what is allowed.
void find_conflicts(LoadedSettings& loaded);

}  // namespace service
