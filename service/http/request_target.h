#pragma once
/// Percent-decoding and query parameters. Decoded exactly once and strictly: `%2541` is `%41`, and
/// a
/// `%` without two hexadecimal digits is an error, never a literal.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "circuitbreaker/expected.h"

namespace service {

/// A path segment decoded (RFC 3986, section 2.1); empty when malformed.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// What is wrong with a query, and with which parameter (empty when it has no readable name).
struct ParameterError {
  std::string parameter;
  std::string detail;
};

/// The parameters of a query (application/x-www-form-urlencoded: `+` is a space), each given at
/// most once and all of them known: a misspelt parameter that was silently ignored would give a
/// wrong answer with status 200.
class Parameters {
 public:
  /// Bounded by what is known: the first unknown or repeated name ends it.
  [[nodiscard]] static circuitbreaker::expected<Parameters, ParameterError> parse(
      std::string_view query, std::initializer_list<std::string_view> known);

  /// Null when it was not given.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace service
