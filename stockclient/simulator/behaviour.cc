#include "stockclient/simulator/behaviour.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "stockclient/simulator/text.h"

namespace stockclient::simulator {
namespace {

using circuitbreaker::expected;
using circuitbreaker::unexpected;
using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 19> kModeNames{"ok",
                                                      "slow",
                                                      "hang",
                                                      "error",
                                                      "reset",
                                                      "garbage",
                                                      "truncated",
                                                      "empty",
                                                      "html",
                                                      "data-fault",
                                                      "wrong-symbol",
                                                      "throttle-second",
                                                      "throttle-minute",
                                                      "throttle-day",
                                                      "status-429",
                                                      "status-403",
                                                      "bad-key",
                                                      "premium",
                                                      "replay"};

std::string known_modes() {
  std::string list;
  for (const std::string_view name : kModeNames) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

/// Each of these functions reads one member and returns an error message, which is empty on
/// success.
std::string read_mode(const Json& value, Behaviour& behaviour) {
  const auto* const name = value.get_ptr<const std::string*>();
  const auto* const found =
      name == nullptr ? kModeNames.end() : std::find(kModeNames.begin(), kModeNames.end(), *name);
  if (found == kModeNames.end()) return "mode must be one of " + known_modes();
  behaviour.mode = static_cast<FaultMode>(found - kModeNames.begin());
  return {};
}

std::string read_latency(const Json& value, Behaviour& behaviour) {
  if (const auto* const text = value.get_ptr<const std::string*>()) {
    behaviour.latency = parse_duration(*text);
  }
  return behaviour.latency ? "" : "latency must be a duration of at most an hour, such as \"50ms\"";
}

std::string read_fraction(const Json& value, Behaviour& behaviour) {
  if (value.is_number()) behaviour.fraction = value.get<double>();
  const bool valid = value.is_number() && behaviour.fraction >= 0 && behaviour.fraction <= 1;
  return valid ? "" : "fraction must be a number from 0 to 1";
}

std::string read_file(const Json& value, Behaviour& behaviour) {
  const auto* const name = value.get_ptr<const std::string*>();
  if (name == nullptr) return "file must be the name of a file in the replay folder";
  behaviour.file = *name;
  return {};
}

std::string read_function(const Json& value, Behaviour& behaviour) {
  const auto* const name = value.get_ptr<const std::string*>();
  if (name == nullptr) return "function must be the name of an upstream function";
  behaviour.function = *name;
  return {};
}

std::string read_status(const Json& value, Behaviour& behaviour) {
  const bool valid =
      value.is_number_integer() && value.get<double>() >= 200 && value.get<double>() <= 599;
  if (!valid) return "status must be a whole number from 200 to 599";
  behaviour.status = value.get<int>();
  return {};
}

struct Member {
  std::string_view name;
  std::string (*read)(const Json&, Behaviour&);
};
constexpr std::array<Member, 6> kMembers{{{"mode", read_mode},
                                          {"latency", read_latency},
                                          {"fraction", read_fraction},
                                          {"function", read_function},
                                          {"file", read_file},
                                          {"status", read_status}}};

}  // namespace

expected<Behaviour, std::string> parse_behaviour(std::string_view json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return unexpected<std::string>("the body must be a JSON object");
  if (!object.contains("mode"))
    return unexpected<std::string>("mode is missing; one of " + known_modes());
  Behaviour behaviour;
  for (const auto& item : object.items()) {
    const auto* const member = std::find_if(kMembers.begin(), kMembers.end(),
                                            [&](auto& m) { return m.name == item.key(); });
    if (member == kMembers.end()) {
      return unexpected<std::string>("unknown member " + Json(item.key()).dump(-1, ' ', true) +
                                     "; known are mode, latency, fraction, file, status, function");
    }
    // A null counts as absent, so that the body of GET is a valid body for PUT.
    if (item.value().is_null() && member->name != "mode") continue;
    if (std::string error = member->read(item.value(), behaviour); !error.empty()) {
      return unexpected<std::string>(std::move(error));
    }
  }
  if (!behaviour.file.empty() && behaviour.mode != FaultMode::replay) {
    return unexpected<std::string>("file is only allowed with the mode replay");
  }
  return behaviour;
}

std::string to_json(const Behaviour& behaviour) {
  Json object;
  object["mode"] = kModeNames[static_cast<std::size_t>(behaviour.mode)];
  object["latency"] = nullptr;
  if (behaviour.latency) object["latency"] = format_duration(*behaviour.latency);
  object["fraction"] = behaviour.fraction;
  object["file"] = nullptr;
  if (!behaviour.file.empty()) object["file"] = behaviour.file;
  object["status"] = nullptr;
  if (behaviour.status) object["status"] = *behaviour.status;
  object["function"] = nullptr;
  if (!behaviour.function.empty()) object["function"] = behaviour.function;
  return object.dump();
}

bool EvenShare::next() noexcept {
  owed_ += fraction_;
  // Adding 0.1 ten times in floating point gives slightly less than 1.
  if (owed_ < 1 - 1e-9) return false;
  owed_ -= 1;
  return true;
}

}  // namespace stockclient::simulator
