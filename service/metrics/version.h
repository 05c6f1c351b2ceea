#pragma once
/// Version of the program.

#include <string_view>

namespace service {

/// The release, such as `0.1.0`.
extern const std::string_view kVersion;
/// The compiler that built the program, such as `GNU 12.2.0`.
extern const std::string_view kCompiler;

}  // namespace service
