#pragma once
/// Upstream answers stored as files.

#include <filesystem>
#include <string>

namespace stockclient::testing {

/// The bytes of a file; throws `std::runtime_error` if there is no such file.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// The bytes of a file in the fixtures folder.
[[nodiscard]] std::string fixture(const std::string& name);

}  // namespace stockclient::testing
