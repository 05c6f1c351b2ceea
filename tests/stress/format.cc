#include "tests/stress/format.h"

#include <array>
#include <cstdio>

namespace stress {

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string milliseconds(double seconds) {
  return fixed(seconds * 1000, 1) + " ms";
}

}  // namespace stress
