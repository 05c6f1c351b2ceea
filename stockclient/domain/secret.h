#pragma once
/// A string that must not be shown.

#include <ostream>
#include <string>
#include <utility>

namespace stockclient {

/// Holds an API key or a token so that it cannot be printed by accident: it has no conversion and
/// no stream operator, and each call of `reveal` marks a place where the secret leaves. The memory
/// is not wiped on destruction, because libcurl keeps copies of its own.
///
///     Secret key("...");
///     std::cout << key;           // does not compile
///     send(url + key.reveal());   // an explicit, searchable exit
///
/// Thread-safety: const access is safe from any thread, as for any plain value.
class Secret {
 public:
  /// An empty secret.
  Secret() = default;
  /// Takes over `value`.
  explicit Secret(std::string value) : value_(std::move(value)) {}

  /// The secret itself.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  /// Whether there is no secret.
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

/// Deleted, so that no log or assertion can print a secret.
std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace stockclient
