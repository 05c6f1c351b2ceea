#pragma once
/// Makers of the settings table's rows, one for each kind of value. `field` is a generic lambda
/// from (const) Settings& to the (const) field. Only for settings_table.cc.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/settings/setting_values.h"
#include "service/settings/settings_table.h"

namespace service::row_makers {

using Applied = circuitbreaker::expected<void, std::string>;

/// Assigns what a parser returned, or passes its error on.
template <class Field, class Value>
Applied assign(Field& field, const Parsed<Value>& parsed) {
  if (!parsed) return circuitbreaker::unexpected<std::string>(parsed.error());
  field = static_cast<Field>(*parsed);
  return {};
}

template <class Field, class Value>
Applied assign(std::optional<Field>& field, const Parsed<Value>& parsed) {
  if (!parsed) return circuitbreaker::unexpected<std::string>(parsed.error());
  field = static_cast<Field>(*parsed);
  return {};
}

template <class Field>
SettingRow duration(std::string_view name, Field field, DurationRange range,
                    std::string_view help) {
  return {.name = name,
          .placeholder = "DURATION",
          .help = help,
          .apply = [field, range](
                       Settings& s,
                       std::string_view t) { return assign(field(s), parse_duration(t, range)); },
          .show = [field](const Settings& s) { return format_duration(field(s)); }};
}

/// Also takes `none`: no value.
template <class Field>
SettingRow optional_duration(std::string_view name, Field field, DurationRange range,
                             std::string_view help) {
  return {.name = name,
          .placeholder = "DURATION",
          .help = help,
          .apply = [field, range](Settings& s, std::string_view t) -> Applied {
            if (t != "none") return assign(field(s), parse_duration(t, range));
            field(s).reset();
            return {};
          },
          .show =
              [field](const Settings& s) {
                return field(s) ? format_duration(*field(s)) : std::string("none");
              }};
}

template <class Field>
SettingRow size(std::string_view name, Field field, Range<std::size_t> range,
                std::string_view help) {
  return {.name = name,
          .placeholder = "SIZE",
          .help = help,
          .apply = [field, range](
                       Settings& s,
                       std::string_view t) { return assign(field(s), parse_size(t, range)); },
          .show = [field](const Settings& s) { return format_size(field(s)); }};
}

template <class Field>
SettingRow count(std::string_view name, Field field, Range<std::uint64_t> range,
                 std::string_view help) {
  return {.name = name,
          .placeholder = "N",
          .help = help,
          .apply = [field, range](
                       Settings& s,
                       std::string_view t) { return assign(field(s), parse_count(t, range)); },
          .show = [field](const Settings& s) { return std::to_string(field(s)); }};
}

/// May be left empty: no value.
template <class Field>
SettingRow optional_count(std::string_view name, Field field, Range<std::uint64_t> range,
                          std::string_view help) {
  return {.name = name,
          .placeholder = "N",
          .help = help,
          .apply = [field, range](Settings& s, std::string_view t) -> Applied {
            if (!t.empty()) return assign(field(s), parse_count(t, range));
            field(s).reset();
            return {};
          },
          .show =
              [field](const Settings& s) {
                return field(s) ? std::to_string(*field(s)) : std::string();
              }};
}

template <class Field>
SettingRow number(std::string_view name, Field field, Range<double> range, std::string_view help) {
  return {.name = name,
          .placeholder = "NUMBER",
          .help = help,
          .apply = [field, range](
                       Settings& s,
                       std::string_view t) { return assign(field(s), parse_number(t, range)); },
          .show = [field](const Settings& s) { return format_number(field(s)); }};
}

template <class Field>
SettingRow on_off(std::string_view name, Field field, std::string_view help) {
  return {.name = name,
          .placeholder = {},
          .help = help,
          .apply = [field](Settings& s,
                           std::string_view t) { return assign(field(s), parse_switch(t)); },
          .show = [field](const Settings& s) { return std::string(field(s) ? "on" : "off"); }};
}

using Check = Applied (*)(std::string_view);

template <class Field>
SettingRow text(std::string_view name, std::string_view placeholder, Field field, Check check,
                std::string_view help) {
  return {.name = name,
          .placeholder = placeholder,
          .help = help,
          .apply = [field, check](Settings& s, std::string_view t) -> Applied {
            if (Applied checked = check(t); !checked) return checked;
            field(s) = t;
            return {};
          },
          .show = [field](const Settings& s) { return field(s); }};
}

template <class Enum>
using Names = std::vector<std::pair<std::string_view, Enum>>;

template <class Enum, class Field>
SettingRow choice(std::string_view name, Field field, Names<Enum> names, std::string_view help) {
  return {.name = name,
          .placeholder = "NAME",
          .help = help,
          .apply = [field, names](Settings& s, std::string_view t) -> Applied {
            std::string allowed;
            for (const auto& [spelling, value] : names) {
              if (spelling == t) {
                field(s) = value;
                return {};
              }
              allowed += (allowed.empty() ? "" : ", ") + std::string(spelling);
            }
            return circuitbreaker::unexpected<std::string>("\"" + std::string(t.substr(0, 80)) +
                                                           "\" is none of " + allowed);
          },
          .show =
              [field, names](const Settings& s) {
                const auto found = std::find_if(names.begin(), names.end(), [&](const auto& n) {
                  return n.second == field(s);
                });
                return std::string(found->first);
              }};
}

}  // namespace service::row_makers
