#pragma once
/// Why there is no new value: the one vocabulary in which failures cross the stock client, from the
/// upstream's answer to the caller's error.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stockclient {

/// Everything that can go wrong between a question and a new value. The consequences of a kind (the
/// message to callers, retries, pauses) are defined in one table: see `FailureTraits`.
enum class FailureKind : std::uint8_t {
  // The upstream was asked, and answered so or not at all.
  not_found,         ///< The upstream has no data under this name.
  data_missing,      ///< The same for a symbol that had data before.
  data_fault,        ///< The data are unusable, or answer another question.
  our_fault,         ///< The upstream did not understand the call.
  misconfigured,     ///< The upstream refuses the API key.
  unsupported,       ///< The API key is not entitled to these data.
  throttled_second,  ///< The upstream's limit of calls a second was reached.
  throttled_minute,  ///< The upstream's limit of calls a minute was reached.
  throttled_day,     ///< The upstream's limit of calls a day was reached.
  blocked,           ///< The upstream, or something before it, refuses this service's calls.
  upstream_failure,  ///< The upstream is broken or cannot be reached.
  maintenance,       ///< The upstream says that it is under maintenance.
  timeout,           ///< The upstream did not answer within an attempt's time.
  cancelled,         ///< The call was given up because the client is being destroyed.

  // No call was made.
  circuit_open,        ///< The circuit breaker rejects calls.
  forced_open,         ///< An operator has stopped all calls.
  rate_limited,        ///< The plan's calls of this second or minute have left.
  day_spent,           ///< The calls that the day has for this purpose so far have left.
  client_share_spent,  ///< The calling client has had its share of the day.
  overloaded,          ///< Too many callers wait, or no worker was free for the whole deadline.
  no_worker_in_time,   ///< The caller's deadline came while its flight waited for a worker.
  no_turn_in_time,     ///< The caller's deadline came while its flight waited for a rate limit.
  no_answer_in_time,   ///< The caller's deadline came while the upstream was being asked.
  shutting_down,       ///< The client is being destroyed.
};
/// Number of failure kinds.
inline constexpr std::size_t kFailureKindCount = 24;

/// Why a known value is served although it is no longer fresh; the JSON's `staleReason`.
enum class StaleReason : std::uint8_t {
  revalidating,      ///< A newer value is being fetched.
  circuit_open,      ///< The circuit breaker rejects calls.
  throttled,         ///< A rate limit was reached.
  upstream_failure,  ///< The upstream is broken, cannot be reached, or did not understand the call.
  upstream_timeout,  ///< The upstream did not answer in time.
  misconfigured,     ///< The upstream refuses the API key.
  unsupported,       ///< The API key is not entitled to these data.
  blocked,           ///< The upstream refuses this service's calls.
  data_missing,      ///< The upstream no longer has data under this name.
  data_fault,        ///< The upstream's data are unusable.
  overloaded,        ///< Too many calls or callers wait already.
};
/// Number of stale reasons.
inline constexpr std::size_t kStaleReasonCount = 11;
/// As in the JSON: `circuit_open`.
[[nodiscard]] std::string_view to_string(StaleReason reason) noexcept;

/// How often a flight may repeat an attempt, within its deadline and the retry settings.
enum class RetryAdvice : std::uint8_t {
  never,     ///< A repetition would fail in the same way.
  once,      ///< A repetition may help.
  jittered,  ///< As often as the settings allow, with growing, jittered pauses.
};

/// The consequences of a failure kind.
struct FailureTraits {
  /// The enumerator's name; for holds also the reason that operators are shown.
  std::string_view name;
  /// The class of upstream answers, as metrics and logs label it (one of `kAnswerClasses`); empty
  /// when no call was made.
  std::string_view answer_class;
  /// The reason given to a caller who gets a known value.
  StaleReason stale_reason;
  /// The contract's error code, for a caller without a value.
  std::string_view code;
  /// One sentence for that caller.
  std::string_view message;
  /// Nothing may be sent for a while; the quota gate's settings decide how long.
  bool imposes_hold = false;
  /// Whether to try again within the same flight.
  RetryAdvice retry = RetryAdvice::never;
  /// Likely to stay true for a while, so the answer is remembered; anything else may be over any
  /// moment.
  bool is_lasting = false;
};

/// The table's row for `kind`.
[[nodiscard]] const FailureTraits& traits(FailureKind kind) noexcept;
/// As `traits(kind).name`.
[[nodiscard]] std::string_view to_string(FailureKind kind) noexcept;

/// The classes of upstream answers that metrics distinguish.
inline constexpr std::array<std::string_view, 12> kAnswerClasses{
    "success",     "not_found", "data_missing",     "data_fault", "our_fault", "misconfigured",
    "unsupported", "throttled", "upstream_failure", "timeout",    "blocked",   "cancelled"};

/// Something in an upstream answer that a person should look at, whatever its kind.
enum class Oddity : std::uint8_t {
  unknown_notice,       ///< A notice in words that no rule knows.
  unknown_error,        ///< An error message in words that no rule knows.
  unknown_form,         ///< An answer that is neither data nor a notice.
  certificate_refused,  ///< The upstream's certificate does not prove that it is the upstream.
  proxy_refused,        ///< A proxy in front of the upstream asks for credentials.
  older_day_accepted,   ///< Several answers agree on an older trading day than the known one.
  moved_in_trading,     ///< A quote of today came during trading, though only closes were expected.
};
/// Number of oddities.
inline constexpr std::size_t kOddityCount = 7;
/// The enumerator's name, as metrics and logs label it.
[[nodiscard]] std::string_view to_string(Oddity oddity) noexcept;

/// One failure. A plain value; cheap to copy unless it has a detail.
///
///     const Failure failure{.kind = FailureKind::circuit_open, .retry_after = breaker_says};
///     log(traits(failure.kind).message);
struct Failure {
  /// The kind of failure.
  FailureKind kind = FailureKind::upstream_failure;
  /// For logs, beyond the kind's own message: in this program's words, never upstream text, which
  /// may echo the API key.
  std::string detail = {};
  /// When asking again may help. For a kind that imposes a hold: how long nothing is sent; as the
  /// upstream demanded by Retry-After, or empty for the configured length.
  std::optional<std::chrono::nanoseconds> retry_after = std::nullopt;
  /// Set when a person should look at the answer.
  std::optional<Oddity> oddity = std::nullopt;
  /// Not from an attempt just now: an earlier one is remembered.
  bool is_remembered = false;
};

/// A failure of this kind that may be over any moment: its `retry_after` is one second.
[[nodiscard]] Failure transient_failure(FailureKind kind);

/// Whether the flight may try again. As the table says, except that an answer of unknown form is
/// not asked for again and again, and a refused certificate not at all.
[[nodiscard]] RetryAdvice retry_advice(const Failure& failure) noexcept;

}  // namespace stockclient
