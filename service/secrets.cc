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

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

/// The secret in the file, or empty after an error was noted. `place`: who named the file.
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
    secrets.warnings.push_back(name + ": may be read by every user; chmod o-r would mend it");
  const std::string secret = trimmed(content);
  const bool printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (secret.empty() || content.size() > kLongest || !printable) {
    secrets.errors.push_back(name + ": must hold one line of printable characters");
    return {};
  }
  return stockclient::Secret(secret);
}

void load_api_key(const LoadedSettings& loaded, const Environment& environment, Secrets& secrets) {
  const Settings& settings = loaded.settings;
  const auto variable = std::find_if(environment.begin(), environment.end(), [](const auto& entry) {
    return entry.first == kKeyVariable && !entry.second.empty();
  });
  if (settings.demo) {
    secrets.api_key = stockclient::Secret("demo");
    secrets.api_key_origin = "none is needed for the demo";
  } else if (!settings.api_key_file.empty()) {
    const std::string place = place_of(loaded, row_index("api-key-file"));
    secrets.api_key = read_secret(settings.api_key_file, place, secrets);
    secrets.api_key_origin = settings.api_key_file;
    if (variable != environment.end() && !secrets.api_key.empty() &&
        variable->second != secrets.api_key.reveal())
      secrets.errors.push_back(place + ": holds another key than the environment's " +
                               std::string(kKeyVariable) + "; give one of them");
  } else if (variable != environment.end()) {
    secrets.api_key = stockclient::Secret(trimmed(variable->second));
    secrets.api_key_origin = "environment " + std::string(kKeyVariable);
  } else {
    secrets.errors.push_back("no API key: set " + std::string(kKeyVariable) +
                             " in the environment or --api-key-file, or try --demo");
  }
}

}  // namespace

Secrets load_secrets(const LoadedSettings& loaded, const Environment& environment) {
  Secrets secrets;
  load_api_key(loaded, environment, secrets);
  if (const std::string& file = loaded.settings.admin_token_file; !file.empty())
    secrets.admin_token =
        read_secret(file, place_of(loaded, row_index("admin-token-file")), secrets);
  return secrets;
}

bool forbid_memory_dumps() noexcept {
  const rlimit none{0, 0};
  return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0;
}

}  // namespace service
