#pragma once
/// A string that must not be shown.

#include <ostream>
#include <string>
#include <utility>

namespace stockclient {

/// Holds an API key or the like so that it cannot be printed by accident: it converts to nothing,
/// streams nowhere, and `reveal` says at each use that a secret leaves here.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace stockclient
