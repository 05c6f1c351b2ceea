#include "service/version.h"

namespace service {

// The build defines both.
const std::string_view kVersion = SERVICE_VERSION;
const std::string_view kCompiler = SERVICE_COMPILER;

}  // namespace service
