#pragma once
/// The secrets: read once at start from the environment or a file, never from a flag.

#include <string>
#include <vector>

#include "service/settings/settings_load.h"
#include "stockclient/domain/secret.h"

namespace service {

struct Secrets {
  stockclient::Secret api_key;
  stockclient::Secret admin_token;
  /// For --print-config: where the key came from, never what it is.
  std::string api_key_origin;
  std::vector<std::string> errors;
  /// A file that others may read.
  std::vector<std::string> warnings;
};

/// Reads what the settings name; `loaded` comes from `load_settings`. Without a key there is an
/// error, except with `demo`.
[[nodiscard]] Secrets load_secrets(const LoadedSettings& loaded, const Environment& environment);

/// Keeps the secrets in memory from leaving it: no core dump, no reading by other processes of the
/// same user. Call before any is read. False when the system refuses.
bool forbid_memory_dumps() noexcept;

}  // namespace service
