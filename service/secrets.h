#pragma once
/// The service's secrets, which come from the environment or from files, never from flags.

#include <string>
#include <vector>

#include "service/settings/settings_load.h"
#include "stockclient/domain/secret.h"

namespace service {

/// The secrets and the errors in their sources.
struct Secrets {
  /// Alpha Vantage's API key.
  stockclient::Secret api_key;
  /// The bearer token of the admin endpoints; if it is empty, they do not exist.
  stockclient::Secret admin_token;
  /// Source of the API key, for --print-config.
  std::string api_key_origin;
  /// One sentence per error, without the secrets. Empty if all secrets are usable.
  std::vector<std::string> errors;
  /// Secret files that other users may read.
  std::vector<std::string> warnings;
};

/// Reads the secrets from the sources that the settings name. A missing API key is an error, except
/// with `demo`; so is an admin token of fewer than 16 characters. `loaded` comes from
/// `load_settings`.
[[nodiscard]] Secrets load_secrets(const LoadedSettings& loaded, const Environment& environment);

/// Prevents core dumps, and keeps other processes of the same user from reading this process's
/// memory. Call before any secret is read. Returns false if the system denies it.
bool forbid_memory_dumps() noexcept;

}  // namespace service
