#include "tests/support/exchange_recorder.h"

#include <fstream>
#include <mutex>
#include <string>
#include <unistd.h>

namespace test_support {
namespace {

/// The folder, or empty. The environment variable is read only once.
const std::string& folder() {
  static const std::string found = [] {
    constexpr std::string_view kName = "RECORD_EXCHANGES=";
    for (char** entry = environ; *entry != nullptr; ++entry)
      if (std::string_view(*entry).starts_with(kName)) return std::string(*entry + kName.size());
    return std::string();
  }();
  return found;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

void record_exchange(std::string_view method, std::string_view target, std::string_view answer) {
  if (folder().empty()) return;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::ofstream file(folder() + "/" + std::to_string(getpid()), std::ios::app);
  file << method << " " << hexadecimal(target) << " " << hexadecimal(answer) << "\n";
}

}  // namespace test_support
