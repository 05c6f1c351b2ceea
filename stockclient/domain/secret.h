#pragma once
/// A string that must not be revealed.

#include <ostream>
#include <string>
#include <utility>

namespace stockclient {

/// Holds an API key or a token so that it cannot be printed by accident: it has no conversion and
/// no stream operator, so every place that uses the secret shows as a call of `reveal`. The memory
/// is not wiped on destruction, because libcurl keeps its own copies.
///
///     Secret key("...");
///     std::cout << key;           // does not compile
///     send(url + key.reveal());   // an explicit, searchable use
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
  /// Whether the secret is empty.
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

/// Deleted, so that no log or assertion can print a secret.
std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace stockclient
