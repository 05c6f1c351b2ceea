#pragma once
/// Rules that involve several settings.

#include "service/settings/settings_load.h"

namespace service {

/// Appends impossible combinations to `errors`, and probably unintended ones, such as settings of a
/// dependency that is not configured, to `warnings`. Each message names places and keys, and each
/// error says what is allowed.
void find_conflicts(LoadedSettings& loaded);

}  // namespace service
