#pragma once
/// What no setting can tell alone: whether they fit together.

#include "service/settings/settings_load.h"

namespace service {

/// Appends to `errors` what cannot be, and to `warnings` what can but hardly was meant. Each names
/// its places, keys and what is allowed.
void check_together(LoadedSettings& loaded);

}  // namespace service
