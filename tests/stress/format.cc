#include "tests/stress/format.h"

namespace stress {

std::string milliseconds(double seconds) {
  return fixed(seconds * 1000, 1) + " ms";
}

}  // namespace stress
