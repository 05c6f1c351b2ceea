#pragma once
/// Loads settings as the program does, from arguments, variables and YAML text.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "service/settings/settings_load.h"
#include "service/settings/settings_table.h"

namespace service {

/// A YAML file that exists as long as this object.
class YamlFile {
 public:
  explicit YamlFile(const std::string& content) : path_(name()) { std::ofstream(path_) << content; }
  ~YamlFile() { std::remove(path_.c_str()); }
  YamlFile(const YamlFile&) = delete;
  YamlFile& operator=(const YamlFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  /// A path that no other test uses, because tests run in parallel; slashes in test names are
  /// replaced.
  static std::string name() {
    std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(test.begin(), test.end(), '/', '_');
    return testing::TempDir() + "settings_load_test_" + test + ".yaml";
  }
  std::string path_;
};

inline LoadedSettings load(const std::vector<std::string>& arguments,
                           const Environment& environment = {}) {
  return load_settings(arguments, environment);
}

/// Loads a YAML file with this content.
inline LoadedSettings load_yaml(const std::string& content) {
  const YamlFile file(content);
  return load({"--config", file.path()});
}

/// The value of a row of the settings table.
inline std::string shown(const LoadedSettings& loaded, std::size_t row) {
  return settings_table()[row].show(loaded.settings);
}

}  // namespace service
