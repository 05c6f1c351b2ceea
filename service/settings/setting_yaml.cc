#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <yaml-cpp/yaml.h>

#include "service/settings/setting_sources.h"
#include "service/settings/settings_table.h"

namespace service {
namespace {

constexpr std::string_view kBreakers = "circuit_breaker";

/// Reads one file.
class YamlReader {
 public:
  explicit YamlReader(const std::string& file) : file_(file) {}

  SourceReading read() {
    std::ifstream stream(file_);
    std::error_code unknown;
    if (!stream || std::filesystem::is_directory(file_, unknown)) {
      reading_.errors.push_back(file_ + ": cannot be read");
      return std::move(reading_);
    }
    try {
      const std::vector<YAML::Node> documents = YAML::LoadAll(stream);
      if (documents.size() > 1)
        reading_.errors.push_back(file_ + ": contains several YAML documents; one is allowed");
      if (!documents.empty()) read_document(documents.front());
    } catch (const YAML::Exception& error) {
      reading_.errors.push_back(place(error.mark) + ": not valid YAML: " + error.msg);
    }
    return std::move(reading_);
  }

 private:
  void read_document(const YAML::Node& root) {
    if (root.IsNull()) return;
    each_entry(root, "",
               [this](const std::string& key, const YAML::Node& value, const std::string& where) {
                 if (key == kBreakers) return read_breakers(value);
                 const auto table = settings_table();
                 for (std::size_t i = 0; i < table.size(); ++i)
                   if (table[i].has_flag && yaml_name(table[i].name) == key)
                     return assign(i, key, value, false);
                 std::vector<std::string> known{std::string(kBreakers)};
                 for (const SettingRow& row : table)
                   if (row.has_flag) known.push_back(yaml_name(row.name));
                 error(where, key, "unknown setting" + suggestion(key, known));
               });
  }

  void read_breakers(const YAML::Node& breakers) {
    each_entry(
        breakers, std::string(kBreakers),
        [this](const std::string& breaker, const YAML::Node& fields, const std::string& where) {
          std::vector<std::string> known;
          for (const SettingRow& row : settings_table())
            if (!row.breaker.empty()) known.emplace_back(row.breaker);
          const std::string path = std::string(kBreakers) + "." + breaker;
          if (std::find(known.begin(), known.end(), breaker) == known.end())
            return error(where, path, "unknown circuit breaker" + suggestion(breaker, known));
          read_breaker(breaker, path, fields);
        });
  }

  void read_breaker(const std::string& breaker, const std::string& path, const YAML::Node& fields) {
    each_entry(fields, path,
               [&](const std::string& key, const YAML::Node& value, const std::string& where) {
                 const std::string full_key = path + "." + key;
                 std::vector<std::string> known;
                 const auto table = settings_table();
                 for (std::size_t i = 0; i < table.size(); ++i) {
                   if (table[i].breaker != breaker) continue;
                   known.push_back(yaml_name(table[i].name));
                   if (known.back() == key) return assign(i, full_key, value, true);
                 }
                 error(where, full_key, "unknown setting" + suggestion(key, known));
               });
  }

  /// Calls `visit(key, value, place)` for each entry of a mapping. It is an error if the node is
  /// not a mapping, or if a key is repeated (yaml-cpp would silently keep the first).
  template <class Visit>
  void each_entry(const YAML::Node& mapping, const std::string& path, Visit visit) {
    if (!mapping.IsMap()) {
      const std::string where = place(mapping.Mark());
      return error(where, path, "must be a mapping of names to values");
    }
    std::set<std::string> seen;
    for (const auto& entry : mapping) {
      const std::string where = place(entry.first.Mark());
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
      if (!seen.insert(key).second) {
        error(where, key, "is given twice");
        continue;
      }
      visit(key, entry.second, where);
    }
  }

  void assign(std::size_t row, const std::string& key, const YAML::Node& value, bool nested) {
    const std::string where = place(value.Mark());
    if (!value.IsScalar()) return error(where, key, "needs one value");
    reading_.assignments.push_back({.row = row,
                                    .value = value.Scalar(),
                                    .origin = {.given = true, .text = where, .key = key},
                                    .nested = nested});
  }

  void error(const std::string& where, const std::string& key, const std::string& message) {
    reading_.errors.push_back(where + ": " + (key.empty() ? "" : key + ": ") + message);
  }

  [[nodiscard]] std::string place(const YAML::Mark& mark) const {
    return mark.line < 0 ? file_ : file_ + ":" + std::to_string(mark.line + 1);
  }

  const std::string& file_;
  SourceReading reading_;
};

}  // namespace

SourceReading read_yaml(const std::string& file) {
  return YamlReader(file).read();
}

}  // namespace service
