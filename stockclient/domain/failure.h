#pragma once
/// Why there is no new value: the single vocabulary in which failures pass through the stock
/// client, from the upstream's answer to the caller's error.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stockclient {

/// Everything that can go wrong between a question and a new value. The consequences of each kind
/// (the message to callers, retries, holds) are defined in one table: see `FailureTraits`.
enum class FailureKind : std::uint8_t {
  // Kinds for which a call was made; the upstream answered with a failure or not at all.
  not_found,         ///< The upstream has no data under this name.
  data_missing,      ///< The upstream has no data under this name, although it had before.
  data_fault,        ///< The data are unusable, or answer a different question.
  our_fault,         ///< The upstream did not understand the call.
  misconfigured,     ///< The upstream rejects the API key.
  unsupported,       ///< The API key is not entitled to these data.
  throttled_second,  ///< The upstream's per-second limit was reached.
  throttled_minute,  ///< The upstream's per-minute limit was reached.
  throttled_day,     ///< The upstream's daily limit was reached.
  blocked,           ///< The upstream, or a proxy in front of it, rejects this service's calls.
  upstream_failure,  ///< The upstream is broken or cannot be reached.
  maintenance,       ///< The upstream says that it is under maintenance.
  timeout,           ///< The upstream did not answer within the time for one attempt.
  cancelled,         ///< The call was abandoned because the client is being destroyed.

  // Kinds for which no call was made.
  circuit_open,        ///< The circuit breaker rejects calls.
  forced_open,         ///< An operator has stopped all calls.
  rate_limited,        ///< The plan's calls for this second or minute are used up.
  day_spent,           ///< The calls released so far today for this purpose are used up.
  client_share_spent,  ///< The calling client has used its share of the day's calls.
  overloaded,          ///< Too many callers wait, or no worker was free before the deadline.
  no_worker_in_time,   ///< The caller's deadline passed while its flight waited for a worker.
  no_turn_in_time,     ///< The caller's deadline passed while its flight waited for a rate limit.
  no_answer_in_time,   ///< The caller's deadline passed during the upstream call.
  dependency_open,     ///< A dependency that may not be left out is out of service.
  shutting_down,       ///< The client is being destroyed.
};
/// Number of failure kinds.
inline constexpr std::size_t kFailureKindCount = 25;

/// Why a known value is served although it is no longer fresh; the JSON's `staleReason`.
enum class StaleReason : std::uint8_t {
  revalidating,      ///< A newer value is being fetched.
  circuit_open,      ///< The circuit breaker rejects calls.
  throttled,         ///< A rate limit was reached.
  upstream_failure,  ///< The upstream is broken, cannot be reached, or did not understand the call.
  upstream_timeout,  ///< The upstream did not answer in time.
  misconfigured,     ///< The upstream rejects the API key.
  unsupported,       ///< The API key is not entitled to these data.
  blocked,           ///< The upstream rejects this service's calls.
  data_missing,      ///< The upstream no longer has data under this name.
  data_fault,        ///< The upstream's data are unusable.
  overloaded,        ///< Too many calls or callers are waiting already.
  restored,          ///< Kept from an earlier process; a newer value is being fetched.
};
/// Number of stale reasons.
inline constexpr std::size_t kStaleReasonCount = 12;
/// The name in the JSON, such as `circuit_open`.
[[nodiscard]] std::string_view to_string(StaleReason reason) noexcept;

/// How often a flight may retry after such a failure, within its deadline and the retry settings.
enum class RetryAdvice : std::uint8_t {
  never,     ///< Never: a retry would fail in the same way.
  once,      ///< Once.
  jittered,  ///< As often as the settings allow, with growing, jittered delays.
};

/// The consequences of a failure kind.
struct FailureTraits {
  /// The enumerator's name; for kinds that impose a hold, also the reason that operators see.
  std::string_view name;
  /// The class of upstream answers, used as a label in metrics and logs (one of `kAnswerClasses`);
  /// empty if no call was made.
  std::string_view answer_class;
  /// The stale reason given to a caller who gets a known value.
  StaleReason stale_reason;
  /// The contract's error code for a caller who gets no value.
  std::string_view code;
  /// One sentence for a caller who gets no value.
  std::string_view message;
  /// Whether no calls may be sent for a while; the quota gate's settings decide how long.
  bool imposes_hold = false;
  /// Whether to retry within the same flight.
  RetryAdvice retry = RetryAdvice::never;
  /// Whether the failure is likely to last for a while and is therefore remembered; any other may
  /// be over at any moment.
  bool is_lasting = false;
};

/// The row of the table for `kind`.
[[nodiscard]] const FailureTraits& traits(FailureKind kind) noexcept;
/// The same as `traits(kind).name`.
[[nodiscard]] std::string_view to_string(FailureKind kind) noexcept;

/// The classes of upstream answers that metrics distinguish.
inline constexpr std::array<std::string_view, 12> kAnswerClasses{
    "success",     "not_found", "data_missing",     "data_fault", "our_fault", "misconfigured",
    "unsupported", "throttled", "upstream_failure", "timeout",    "blocked",   "cancelled"};

/// Something in an upstream answer that a person should look at, independent of the failure kind.
enum class Oddity : std::uint8_t {
  unknown_notice,       ///< A notice whose wording no rule recognises.
  unknown_error,        ///< An error message whose wording no rule recognises.
  unknown_form,         ///< An answer that is neither data nor a notice.
  certificate_refused,  ///< A certificate that does not identify the server as the upstream.
  proxy_refused,        ///< A proxy in front of the upstream that demands credentials.
  older_day_accepted,   ///< An older trading day than the known one, confirmed by several answers.
  moved_in_trading,     ///< A quote of today that came during trading, although only closes change.
};
/// Number of oddities.
inline constexpr std::size_t kOddityCount = 7;
/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(Oddity oddity) noexcept;

/// One failure. A plain value; cheap to copy unless it has a detail.
///
///     const Failure failure{.kind = FailureKind::circuit_open, .retry_after = breaker_says};
///     log(traits(failure.kind).message);
struct Failure {
  /// The kind of failure.
  FailureKind kind = FailureKind::upstream_failure;
  /// Text for logs that adds to the kind's message. It is written by this program and never
  /// contains upstream text, which may echo the API key.
  std::string detail = {};
  /// How long to wait before asking again may help. For a kind that imposes a hold: the length of
  /// the hold, as demanded by the upstream's Retry-After, or empty for the configured length.
  std::optional<std::chrono::nanoseconds> retry_after = std::nullopt;
  /// Set if a person should look at the answer.
  std::optional<Oddity> oddity = std::nullopt;
  /// Whether a connection to the upstream was made; false if DNS, TCP or TLS failed.
  bool is_connected = true;
  /// Whether this failure was remembered from an earlier attempt.
  bool is_remembered = false;
};

/// A failure that may be over at any moment: its `retry_after` is one second.
[[nodiscard]] Failure transient_failure(FailureKind kind);

/// Whether the flight may retry. Follows the table, except that an answer of unknown form is
/// retried at most once, and a rejected certificate never.
[[nodiscard]] RetryAdvice retry_advice(const Failure& failure) noexcept;

}  // namespace stockclient
