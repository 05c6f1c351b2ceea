#pragma once
/// @file
/// Recorded answers of the real service.
///
/// A replay folder contains an INDEX.tsv. Its first line names tab-separated columns, which include
/// `file`, `function`, `symbol` and `status`; each further line assigns a recording to a request.
/// Several lines for the same request are used in turn, in their order.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "circuitbreaker/expected.h"

namespace stockclient::simulator {

/// One recorded answer.
struct Recording {
  /// HTTP status code, from 200 to 599.
  int status = 200;
  /// The `Content-Type` header.
  std::string content_type;
  /// The recorded bytes, unchanged.
  std::string body;
};

/// The recordings of a replay folder, held in memory. `find` is not thread-safe; `read` is.
class Replay {
 public:
  /// Reads the index and every file that it names, each at most 16 MiB. On failure throws
  /// `std::runtime_error` with file and line.
  explicit Replay(std::string folder);

  /// The next recording for a request, or null if there is none. `symbol` is the symbol or, for a
  /// search, the keywords. Ignores case. The pointer is valid as long as this object exists.
  [[nodiscard]] const Recording* find(std::string_view function, std::string_view symbol);

  /// Reads any file below the folder, whether or not the index names it. The error is one sentence.
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
