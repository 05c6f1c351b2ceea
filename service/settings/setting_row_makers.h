#pragma once
/// Functions that make rows of the settings table, one for each kind of value. `field` is a generic
/// lambda from `ServiceSettings&`, const or not, to a reference to the field. Only
/// settings_table.cc includes this file.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "service/settings/setting_values.h"
#include "service/settings/settings_table.h"

namespace service::row_makers {

/// Result of parsing a value into its field.
using Applied = circuitbreaker::expected<void, std::string>;

/// Whether a type is a `std::chrono::duration`.
template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;

/// Converts a parsed value to the type of its field; durations are rounded up.
template <class Field, class Value>
Field to_field(const Value& value) {
  if constexpr (kIsDuration<Field>)
    return std::chrono::ceil<Field>(value);
  else
    return static_cast<Field>(value);
}

/// Assigns the value returned by a parser, or passes on its error.
template <class Field, class Value>
Applied assign(Field& field, const Parsed<Value>& parsed) {
  if (!parsed) return circuitbreaker::unexpected<std::string>(parsed.error());
  field = to_field<Field>(*parsed);
  return {};
}

/// Assigns the value returned by a parser to an optional field, or passes on its error.
template <class Field, class Value>
Applied assign(std::optional<Field>& field, const Parsed<Value>& parsed) {
  if (!parsed) return circuitbreaker::unexpected<std::string>(parsed.error());
  field = to_field<Field>(*parsed);
  return {};
}

/// Makes a row from a field, a parser and a formatter. `parse` takes text and returns an `Applied`
/// that assigns the value to a given field; `format` takes the field and returns text.
template <class Field, class Parse, class Format>
SettingRow make_row(std::string_view name, std::string_view placeholder, Field field, Parse parse,
                    Format format, std::string_view help) {
  return {
      .name = name,
      .placeholder = placeholder,
      .help = help,
      .apply = [field, parse](ServiceSettings& s, std::string_view t) -> Applied {
        return parse(field(s), t);
      },
      .show = [field, format](const ServiceSettings& s) -> std::string { return format(field(s)); },
      .copy = [field](ServiceSettings& to,
                      const ServiceSettings& from) { field(to) = field(from); }};
}

/// Makes a row for a duration within a range.
template <class Field>
SettingRow duration(std::string_view name, Field field, DurationRange range,
                    std::string_view help) {
  return make_row(
      name, "DURATION", field,
      [range](auto& value, std::string_view t) { return assign(value, parse_duration(t, range)); },
      [](std::chrono::nanoseconds value) { return format_duration(value); }, help);
}

/// Makes a row for an optional duration; the text `absent` means that there is none.
template <class Field>
SettingRow optional_duration(std::string_view name, Field field, DurationRange range,
                             std::string_view absent, std::string_view help) {
  return make_row(
      name, "DURATION", field,
      [range, absent](auto& value, std::string_view t) -> Applied {
        if (t != absent) {
          Applied applied = assign(value, parse_duration(t, range));
          if (!applied) applied.error() += ", or " + std::string(absent);
          return applied;
        }
        value.reset();
        return {};
      },
      [absent](const auto& value) { return value ? format_duration(*value) : std::string(absent); },
      help);
}

/// Makes a row for a number of bytes within a range.
template <class Field>
SettingRow size(std::string_view name, Field field, Range<std::size_t> range,
                std::string_view help) {
  return make_row(
      name, "SIZE", field,
      [range](auto& value, std::string_view t) { return assign(value, parse_size(t, range)); },
      [](std::size_t value) { return format_size(value); }, help);
}

/// Makes a row for a whole number within a range.
template <class Field>
SettingRow count(std::string_view name, Field field, Range<std::uint64_t> range,
                 std::string_view help) {
  return make_row(
      name, "N", field,
      [range](auto& value, std::string_view t) { return assign(value, parse_count(t, range)); },
      [](std::uint64_t value) { return std::to_string(value); }, help);
}

/// Makes a row for an optional count; an empty text means that there is none.
template <class Field>
SettingRow optional_count(std::string_view name, Field field, Range<std::uint64_t> range,
                          std::string_view help) {
  return make_row(
      name, "N", field,
      [range](auto& value, std::string_view t) -> Applied {
        if (!t.empty()) return assign(value, parse_count(t, range));
        value.reset();
        return {};
      },
      [](const auto& value) { return value ? std::to_string(*value) : std::string(); }, help);
}

/// Makes a row for a decimal number within a range.
template <class Field>
SettingRow number(std::string_view name, Field field, Range<double> range, std::string_view help) {
  return make_row(
      name, "NUMBER", field,
      [range](auto& value, std::string_view t) { return assign(value, parse_number(t, range)); },
      [](double value) { return format_number(value); }, help);
}

/// Makes a row for a switch, whose flag needs no value.
template <class Field>
SettingRow on_off(std::string_view name, Field field, std::string_view help) {
  return make_row(
      name, {}, field,
      [](bool& value, std::string_view t) { return assign(value, parse_switch(t)); },
      [](bool value) { return std::string(value ? "on" : "off"); }, help);
}

/// Accepts or rejects the text of a setting.
using Check = Applied (*)(std::string_view);

/// Makes a row for a text that `check` accepts.
template <class Field>
SettingRow text(std::string_view name, std::string_view placeholder, Field field, Check check,
                std::string_view help) {
  return make_row(
      name, placeholder, field,
      [check](std::string& value, std::string_view t) -> Applied {
        if (Applied checked = check(t); !checked) return checked;
        value = t;
        return {};
      },
      [](const std::string& value) { return value; }, help);
}

/// Makes a row for an optional text; an empty text means that there is none.
template <class Field>
SettingRow optional_text(std::string_view name, std::string_view placeholder, Field field,
                         std::string_view help) {
  return make_row(
      name, placeholder, field,
      [](std::optional<std::string>& value, std::string_view t) -> Applied {
        value = t.empty() ? std::nullopt : std::optional<std::string>(t);
        return {};
      },
      [](const std::optional<std::string>& value) { return value.value_or(""); }, help);
}

/// The values of an enumeration setting and their spellings.
template <class Value>
using Choices = std::vector<std::pair<std::string_view, Value>>;

/// Makes a row for an enumeration.
template <class Value, class Field>
SettingRow choice(std::string_view name, Field field, Choices<Value> choices,
                  std::string_view help) {
  return make_row(
      name, "NAME", field,
      [choices](Value& value, std::string_view t) -> Applied {
        std::string allowed;
        for (const auto& [spelling, choice] : choices) {
          if (spelling == t) {
            value = choice;
            return {};
          }
          allowed += (allowed.empty() ? "" : ", ") + std::string(spelling);
        }
        return circuitbreaker::unexpected<std::string>(quoted(t) + " is none of " + allowed);
      },
      [choices](const Value& value) {
        const auto found = std::find_if(choices.begin(), choices.end(),
                                        [&](const auto& choice) { return choice.second == value; });
        return std::string(found->first);
      },
      help);
}

/// Marks the setting as one that changes on reload.
inline SettingRow live(SettingRow row) {
  row.live = true;
  return row;
}

/// Marks the setting as one that belongs to a breaker and changes on reload.
inline SettingRow of_breaker(std::string_view breaker, SettingRow row) {
  row.breaker = breaker;
  return live(std::move(row));
}

/// Marks the setting as one that has neither flag nor environment variable.
inline SettingRow yaml_only(SettingRow row) {
  row.has_flag = false;
  return row;
}

/// Says which texts of the row contain a password; they are not accepted as flags.
inline SettingRow with_password(bool (*contains_password)(std::string_view), SettingRow row) {
  row.contains_password = contains_password;
  return row;
}

/// Gives the row a default that depends on other settings or on the environment.
inline SettingRow with_default(DependentDefault dependent_default, SettingRow row) {
  row.dependent_default = std::move(dependent_default);
  return row;
}

}  // namespace service::row_makers
