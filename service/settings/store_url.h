#pragma once
/// Validation and redaction of the setting `store_url`, which may contain a password.

#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

namespace service {

/// Selects an SQLite file in `store_path`.
inline constexpr std::string_view kSqliteStore = "sqlite:";

/// Accepts `none`, `sqlite:`, and URLs that start with `postgresql://` or `postgres://`. The error
/// does not repeat the text.
[[nodiscard]] circuitbreaker::expected<void, std::string> check_store_url(std::string_view text);

/// Whether a URL contains a password, either before its host or as a parameter.
[[nodiscard]] bool contains_password(std::string_view url);

/// Replaces each password in a URL with `***`.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace service
