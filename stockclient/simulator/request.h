#pragma once
/// @file
/// A parsed HTTP request, as the simulator's parts see it.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stockclient::simulator {

/// One request to the simulator. A value; safe to read from several threads.
struct Request {
  /// The method in upper case, such as `GET`.
  std::string method;
  /// Path and query as sent, still percent-encoded.
  std::string target;
  /// The percent-decoded part of the target before `?`.
  std::string path;
  /// Names and values of the query, percent-decoded. Parameters with the same name keep their
  /// order.
  std::vector<std::pair<std::string, std::string>> parameters;
  /// The request body; empty if there is none.
  std::string body;

  /// The value of the first parameter with this name, or an empty text if there is none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](auto& p) { return p.first == name; });
    return found == parameters.end() ? std::string_view() : found->second;
  }
};

}  // namespace stockclient::simulator
