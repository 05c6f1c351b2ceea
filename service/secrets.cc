#include "service/secrets.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "service/settings/settings_table.h"

namespace service {
namespace {

constexpr std::string_view kKeyVariable = "ALPHAVANTAGE_API_KEY";
/// An alternative spelling of the API key's variable, used by many programs.
constexpr std::string_view kOtherKeyVariable = "ALPHA_VANTAGE_API_KEY";
constexpr std::size_t kShortestAdminToken = 16;

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

/// Reads a secret from a file; empty if that fails. `place`: the setting that named the file.
stockclient::Secret read_secret(const std::string& file, const std::string& place,
                                Secrets& secrets) {
  constexpr std::size_t kLongest = 4096;
  const std::string name = place + ": " + file;
  std::ifstream stream(file, std::ios::binary);
  std::string content(kLongest + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  struct stat status {};
  if ((!stream && !stream.eof()) || stat(file.c_str(), &status) != 0) {
    secrets.errors.push_back(name + ": cannot be read");
    return {};
  }
  if ((status.st_mode & S_IROTH) != 0)
    secrets.warnings.push_back(name + ": can be read by every user; run chmod o-r on it");
  const std::string secret = trimmed(content);
  const bool printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (secret.empty() || content.size() > kLongest || !printable) {
    secrets.errors.push_back(name + ": must contain one line of printable characters");
    return {};
  }
  return stockclient::Secret(secret);
}

/// The value of an environment variable; null if it is empty or not set.
const Environment::value_type* find_variable(const Environment& environment,
                                             std::string_view name) {
  const auto found = std::find_if(environment.begin(), environment.end(), [&](const auto& entry) {
    return entry.first == name && !entry.second.empty();
  });
  return found == environment.end() ? nullptr : &*found;
}

/// The variable that holds the API key, or null. It is an error if the two spellings hold different
/// keys.
const Environment::value_type* find_key_variable(const Environment& environment, Secrets& secrets) {
  const auto* const usual = find_variable(environment, kKeyVariable);
  const auto* const other = find_variable(environment, kOtherKeyVariable);
  if (usual != nullptr && other != nullptr && usual->second != other->second)
    secrets.errors.push_back("environment " + std::string(kKeyVariable) + " and " +
                             std::string(kOtherKeyVariable) +
                             " contain different keys; set one of them");
  return usual != nullptr ? usual : other;
}

void load_api_key(const LoadedSettings& loaded, const Environment& environment, Secrets& secrets) {
  const ServiceSettings& settings = loaded.settings;
  if (settings.demo) {
    secrets.api_key = stockclient::Secret("demo");
    secrets.api_key_origin = "the demo needs none";
    return;
  }
  const auto* const variable = find_key_variable(environment, secrets);
  if (!settings.api_key_file.empty()) {
    const std::string place = place_of(loaded, row_index("api-key-file"));
    secrets.api_key = read_secret(settings.api_key_file, place, secrets);
    secrets.api_key_origin = settings.api_key_file;
    if (variable != nullptr && !secrets.api_key.empty() &&
        variable->second != secrets.api_key.reveal())
      secrets.errors.push_back(place + ": contains a different key than the environment's " +
                               variable->first + "; give one of them");
  } else if (variable != nullptr) {
    secrets.api_key = stockclient::Secret(trimmed(variable->second));
    secrets.api_key_origin = "environment " + variable->first;
  } else {
    secrets.errors.push_back("no API key: set " + std::string(kKeyVariable) +
                             " in the environment, give --api-key-file, or try --demo");
  }
}

void load_admin_token(const LoadedSettings& loaded, Secrets& secrets) {
  const std::string& file = loaded.settings.admin_token_file;
  if (file.empty()) return;
  const std::string place = place_of(loaded, row_index("admin-token-file"));
  secrets.admin_token = read_secret(file, place, secrets);
  if (!secrets.admin_token.empty() && secrets.admin_token.reveal().size() < kShortestAdminToken)
    secrets.errors.push_back(place + ": " + file + ": the token must have at least " +
                             std::to_string(kShortestAdminToken) + " characters");
}

}  // namespace

Secrets load_secrets(const LoadedSettings& loaded, const Environment& environment) {
  Secrets secrets;
  load_api_key(loaded, environment, secrets);
  load_admin_token(loaded, secrets);
  return secrets;
}

bool forbid_memory_dumps() noexcept {
  const rlimit none{0, 0};
  return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0;
}

}  // namespace service
