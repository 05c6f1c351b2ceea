#pragma once
/// Percent-decoding and query parameters. Everything is decoded exactly once and strictly: `%2541`
/// becomes `%41`, and a `%` without two hexadecimal digits is an error, never a literal.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "circuitbreaker/expected.h"

namespace service {

/// Decodes a path segment (RFC 3986 section 2.1); returns nothing if it is malformed. `+` stays
/// `+`.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The first error found in a query.
struct ParameterError {
  /// Name of the invalid parameter; empty if the name itself cannot be decoded.
  std::string parameter;
  /// One sentence for the client.
  std::string detail;
};

/// The decoded parameters of a query (application/x-www-form-urlencoded, where `+` is a space).
///
///     const auto parameters = Parameters::parse(request.query, {"symbols", "days"});
///     if (!parameters) return bad_request(parameters.error());
///
/// Repeated and unknown parameters are errors: silently ignoring a misspelt parameter would give a
/// wrong answer with status 200. Thread-safety: as a value type; const functions may be called
/// concurrently.
class Parameters {
 public:
  /// Decodes `query`, in which only the `known` parameters may occur. Stops at the first error, so
  /// the result never has more parameters than `known`.
  [[nodiscard]] static circuitbreaker::expected<Parameters, ParameterError> parse(
      std::string_view query, std::initializer_list<std::string_view> known);

  /// The value of a parameter; null if it was not given.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace service
