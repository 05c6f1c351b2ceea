#pragma once
/// One function for each class of fault, so that the hold and the retry advice of a class are
/// decided in one place.
///
/// `detail` is a short sentence for logs, in this program's own words; it must not contain upstream
/// text. Pure functions, safe from any thread.

#include <chrono>
#include <optional>
#include <string>

#include "stockclient/domain/answer_class.h"

namespace stockclient {

/// The upstream has no data for the symbol.
[[nodiscard]] Fault not_found(std::string detail);
/// The upstream sent data that cannot be used.
[[nodiscard]] Fault data_fault(std::string detail);
/// The upstream rejected the call as malformed.
[[nodiscard]] Fault our_fault(std::string detail);
/// The upstream refused the API key.
[[nodiscard]] Fault misconfigured(std::string detail);
/// The API key is not entitled to these data.
[[nodiscard]] Fault unsupported(std::string detail);
/// A rate limit was reached. A one-second throttle may be repeated once when its hold fits the
/// deadline; longer ones never within a flight. `hold_for` replaces the configured hold.
[[nodiscard]] Fault throttled(Hold hold, std::string detail = {},
                              std::optional<std::chrono::seconds> hold_for = std::nullopt);
/// The upstream is broken or cannot be reached.
[[nodiscard]] Fault upstream_failure(RetryAdvice retry, std::string detail);
/// The upstream did not answer in time.
[[nodiscard]] Fault timed_out(std::string detail);
/// The upstream, or a proxy before it, refuses our calls.
[[nodiscard]] Fault blocked(std::string detail);
/// The call was given up because nobody waits for it any more.
[[nodiscard]] Fault cancelled();
/// Marks the fault as something for a person to look at.
[[nodiscard]] Fault odd(Oddity oddity, Fault fault);

}  // namespace stockclient
