#pragma once
/// Recorded answers, served byte for byte.
///
/// A replay folder holds an INDEX.tsv whose first line names tab-separated columns, among them
/// `file`, `function`, `symbol` and `status`, and whose other lines each say which recording
/// answers which request. Lines for the same request take turns, in their order.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "circuitbreaker/expected.h"

namespace stockclient::simulator {

struct Recording {
  int status = 200;
  std::string content_type;
  std::string body;
};

class Replay {
 public:
  /// Reads the index and every file it names. Throws `std::runtime_error`, naming file and line,
  /// when that fails.
  explicit Replay(std::string folder);

  /// The recording for a request, `symbol` being its keywords for a search; case-insensitive. Null
  /// when the index names none.
  [[nodiscard]] const Recording* find(std::string_view function, std::string_view symbol);

  /// Any file inside the folder, in the index or not. The error is one sentence.
  [[nodiscard]] circuitbreaker::expected<Recording, std::string> read(
      const std::string& file) const;

 private:
  struct Turns {
    std::vector<Recording> recordings;
    std::size_t next = 0;
  };
  void add_line(std::string_view line, const std::vector<std::string_view>& columns,
                std::size_t line_number);

  std::string folder_;
  std::map<std::pair<std::string, std::string>, Turns> by_request_;
};

}  // namespace stockclient::simulator
