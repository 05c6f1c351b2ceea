#include "service/http/request_target.h"

#include <algorithm>

#include "service/text/nearest.h"

namespace service {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

std::string unknown_parameter(const std::string& name,
                              std::initializer_list<std::string_view> known) {
  if (known.size() == 0) return "This resource takes no query parameters.";
  const std::string_view best = nearest(name, {known.begin(), known.size()});
  if (!best.empty())
    return "There is no such query parameter; did you mean " + std::string(best) + "?";
  std::string names;
  for (const std::string_view candidate : known)
    names += (names.empty() ? "" : ", ") + std::string(candidate);
  return "There is no such query parameter; known here: " + names + ".";
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  return decode(text, false);
}

circuitbreaker::expected<Parameters, ParameterError> Parameters::parse(
    std::string_view query, std::initializer_list<std::string_view> known) {
  Parameters parameters;
  const auto fail = [](std::string name, std::string detail) {
    return circuitbreaker::unexpected<ParameterError>({std::move(name), std::move(detail)});
  };
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = decode(pair.substr(0, equals), true);
    if (!name) return fail("", "A query parameter's name is not properly percent-encoded.");
    if (std::find(known.begin(), known.end(), *name) == known.end())
      return fail(*name, unknown_parameter(*name, known));
    if (parameters.find(*name) != nullptr) return fail(*name, "The parameter is repeated.");
    std::optional<std::string> value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!value) return fail(*name, "The parameter's value is not properly percent-encoded.");
    parameters.values_.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

const std::string* Parameters::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : values_)
    if (key == name) return &value;
  return nullptr;
}

}  // namespace service
