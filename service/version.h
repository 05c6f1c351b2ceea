#pragma once
/// What was built.

#include <string_view>

namespace service {

/// `0.1.0`
extern const std::string_view kVersion;
/// `GCC 12.2.0`
extern const std::string_view kCompiler;

}  // namespace service
