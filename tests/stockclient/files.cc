#include "tests/stockclient/files.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace stockclient::testing {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no such file: " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string fixture(const std::string& name) {
  return read_file(std::filesystem::path(STOCKCLIENT_FIXTURES) / name);
}

}  // namespace stockclient::testing
