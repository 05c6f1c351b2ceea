#pragma once
/// A value in the form in which it is stored, and its encoding.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/answer.h"

namespace stockclient {

/// A stored value, with the times from which its age is computed after a restart.
struct StoredValue {
  /// The kinds of values. Their numbers are part of the encoding.
  enum class Kind : std::uint8_t {
    value = 0,     ///< An upstream answer.
    negative = 1,  ///< The upstream has no such value.
    learned = 2,   ///< A fact that an answer implied, such as a symbol's currency.
  };

  /// The query in canonical form.
  std::string key;
  /// The kind of the value.
  Kind kind = Kind::value;
  /// `YYYY-MM-DD`; empty for data without a trading day.
  std::string trading_day;
  /// Time of the upstream's answer, by the wall clock.
  WallTime fetched_at{};
  /// The boot during which the upstream answered; see `stockclient::boot_id`.
  std::string boot_id;
  /// Time of the upstream's answer by the boot-time clock, which cannot be set back.
  std::chrono::nanoseconds boot_time{};
  /// Time of the last client request for the value, by the wall clock.
  WallTime asked_at{};
  /// The body of the upstream's answer.
  std::string body;
  /// Whether to replace a stored value with a later trading day, because the upstream has
  /// consistently corrected itself. Not stored.
  bool corrects = false;

  /// Compares all members.
  friend bool operator==(const StoredValue&, const StoredValue&) = default;
};

/// Whether `candidate` replaces `current`: it has a later trading day, or the same one and a later
/// fetch time; or it is a correction; or `current` was fetched after `now`, so its age is unknown.
[[nodiscard]] bool is_newer(const StoredValue& candidate, const StoredValue& current, WallTime now);

/// Encodes a value: a format version, the CRC-32 of the fields, and the fields.
[[nodiscard]] std::string encode(const StoredValue& value);

/// Decodes the result of `encode`. An error names the check that failed and contains no stored
/// data.
[[nodiscard]] circuitbreaker::expected<StoredValue, std::string> decode(std::string_view bytes);

}  // namespace stockclient
