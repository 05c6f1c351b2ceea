#pragma once
/// The classes of upstream answers, and what the classifier says of one answer.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/query.h"

namespace stockclient {

/// The classifier says `not_found` for every empty answer; the stock client, which knows whether
/// the symbol was ever known, turns that into `data_missing`.
enum class AnswerClass : std::uint8_t {
  success,
  not_found,
  data_missing,
  data_fault,
  our_fault,
  misconfigured,
  unsupported,
  throttled,
  upstream_failure,
  timeout,
  blocked,
  cancelled,
};
inline constexpr std::size_t kAnswerClassCount = 12;

[[nodiscard]] std::string_view to_string(AnswerClass answer_class) noexcept;

/// What a person should look at, whatever its class: the upstream says something that this reader
/// does not know, or is not who it should be.
enum class Oddity : std::uint8_t {
  unknown_notice,
  unknown_error,
  unknown_form,
  certificate_refused,
  proxy_refused,
  older_day_accepted,
};
inline constexpr std::size_t kOddityCount = 6;

[[nodiscard]] std::string_view to_string(Oddity oddity) noexcept;

/// How long nothing may be sent after a refusal; which setting gives the length.
enum class Hold : std::uint8_t { none, second, minute, day, misconfigured, blocked };

/// How an attempt may be repeated within the same flight: `once` (after a throttle, when its hold
/// fits the deadline), or as often as settings and deadline allow, with `jittered` pauses.
enum class RetryAdvice : std::uint8_t { never, once, jittered };

/// Why an attempt brought no data.
struct Fault {
  AnswerClass answer_class = AnswerClass::upstream_failure;
  Hold hold = Hold::none;
  /// From a Retry-After header; replaces the hold's own length.
  std::optional<std::chrono::seconds> hold_for;
  RetryAdvice retry = RetryAdvice::never;
  /// For people and logs: our own words, never the upstream's text, so never the key.
  std::string detail;
  std::optional<Oddity> oddity = std::nullopt;
};

/// One attempt's result: data for exactly what was asked, or the fault.
using AttemptResult = circuitbreaker::expected<Data, Fault>;

}  // namespace stockclient
