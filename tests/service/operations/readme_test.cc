/// The README's reference tables agree with the program.

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "service/http/problem.h"
#include "service/settings/settings_table.h"
#include "tests/service/api_fixture.h"

namespace service {
namespace {

/// The lines between `<!-- NAME -->` and `<!-- /NAME -->`.
std::string section(const std::string& name) {
  std::ifstream file(README);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string begin = "<!-- " + name + " -->\n";
  const std::size_t start = text.find(begin);
  const std::size_t end = text.find("<!-- /" + name + " -->");
  if (start == std::string::npos || end == std::string::npos) return "no section " + name;
  return text.substr(start + begin.size(), end - start - begin.size());
}

/// Fails if the section differs, and prints the expected text, ready to be copied.
void expect_section(const std::string& name, const std::string& table) {
  if (section(name) == table) return;
  ADD_FAILURE() << "README.md must say between <!-- " << name << " --> and <!-- /" << name
                << " -->:\n"
                << table;
}

TEST(Readme, HasEverySettingWithItsDefaultAndMeaning) {
  std::string table = "| setting | default | meaning |\n|---|---|---|\n";
  for (const SettingRow& row : settings_table()) {
    if (!row.follows.empty()) continue;  // a sentence below the table describes all of them
    table += "| `" + documented_name(row) + "` | " +
             (shown_default(row).empty() ? "none" : shown_default(row)) + " | " +
             std::string(row.help) + " |\n";
  }
  expect_section("settings", table);
}

TEST(Readme, HasEveryErrorCodeWithItsStatus) {
  std::string table = "| code | status | can the same request succeed later? |\n|---|---|---|\n";
  for (int code = 0; code <= static_cast<int>(ProblemCode::upstream_timeout); ++code) {
    const auto problem = static_cast<ProblemCode>(code);
    table += "| `" + std::string(to_string(problem)) + "` | " + std::to_string(status_of(problem)) +
             " " + std::string(reason_phrase(status_of(problem))) + " | " +
             (retryable(problem) ? "yes" : "no") + " |\n";
  }
  expect_section("errors", table);
}

class ReadmeMetrics : public ApiTest {
 protected:
  /// The label names of a sample, as `{a,b}`; empty if there are none. The edge of a bucket (`le`)
  /// does not count as a label.
  static std::string labels_of(const std::string& sample) {
    std::string names;
    const std::size_t open = sample.find('{');
    if (open == std::string::npos) return names;
    for (std::size_t at = open + 1; at < sample.size() && sample[at] != '}';) {
      const std::size_t equals = sample.find('=', at);
      const std::string name = sample.substr(at, equals - at);
      if (name != "le") names += (names.empty() ? "" : ",") + name;
      at = sample.find('"', equals + 2) + 1;
      if (sample[at] == ',') ++at;
    }
    return names.empty() ? "" : "{" + names + "}";
  }
};

TEST_F(ReadmeMetrics, HasEveryMetricWithItsLabelsTypeAndMeaning) {
  std::set<std::string> rows;
  std::istringstream page(app().metrics_page());
  std::string help;
  std::string type;
  for (std::string line; std::getline(page, line);) {
    std::istringstream words(line);
    std::string mark;
    std::string kind;
    std::string name;
    words >> mark >> kind >> name;
    if (kind == "HELP") {
      std::getline(words >> std::ws, help);
    } else if (kind == "TYPE") {
      words >> type;
      std::string sample;
      std::getline(page, sample);
      rows.insert("| `" + name + labels_of(sample) + "` | " + type + " | " + help + " |\n");
    }
  }
  std::string table = "| metric | type | meaning |\n|---|---|---|\n";
  for (const std::string& row : rows) table += row;
  expect_section("metrics", table);
}

}  // namespace
}  // namespace service
