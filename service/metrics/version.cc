#include "service/metrics/version.h"

namespace service {

// CMake defines both macros.
const std::string_view kVersion = SERVICE_VERSION;
const std::string_view kCompiler = SERVICE_COMPILER;

}  // namespace service
