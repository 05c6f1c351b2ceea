#pragma once
/// Secrets, which come from the environment or from files, never from flags.

#include <string>
#include <vector>

#include "service/settings/settings_load.h"
#include "stockclient/domain/secret.h"

namespace service {

/// The secrets, and what was wrong with their sources.
struct Secrets {
  /// Alpha Vantage's API key.
  stockclient::Secret api_key;
  /// The bearer token of the admin endpoints; empty: there are none.
  stockclient::Secret admin_token;
  /// Where the API key came from, for --print-config.
  std::string api_key_origin;
  /// One sentence each, without the secrets. Empty: all secrets are usable.
  std::vector<std::string> errors;
  /// Files that other users may read.
  std::vector<std::string> warnings;
};

/// Reads the secrets from the sources that the settings name. A missing API key is an error, except
/// with `demo`; so is an admin token of fewer than 16 characters. `loaded` comes from
/// `load_settings`.
[[nodiscard]] Secrets load_secrets(const LoadedSettings& loaded, const Environment& environment);

/// Prevents core dumps, and other processes of the same user from reading this process's memory.
/// Call before any secret is read. Returns false when the system denies it.
bool forbid_memory_dumps() noexcept;

}  // namespace service
