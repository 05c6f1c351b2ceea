#pragma once
/// Makes the failures that an upstream answer can mean: one function for each kind.
///
/// `detail` is a short sentence for logs, in this program's own words; it must not contain upstream
/// text. Pure functions, safe from any thread.

#include <chrono>
#include <optional>
#include <string>

#include "stockclient/domain/failure.h"

namespace stockclient {

/// The upstream has no data under this name.
[[nodiscard]] Failure not_found(std::string detail);
/// The upstream sent data that cannot be used.
[[nodiscard]] Failure data_fault(std::string detail);
/// The upstream rejected the call as malformed.
[[nodiscard]] Failure our_fault(std::string detail);
/// The upstream rejected the API key.
[[nodiscard]] Failure misconfigured(std::string detail);
/// The API key is not entitled to these data.
[[nodiscard]] Failure unsupported(std::string detail);
/// A rate limit was reached; `kind` says which. `retry_after` replaces the configured hold.
[[nodiscard]] Failure throttled(FailureKind kind, std::string detail = {},
                                std::optional<std::chrono::seconds> retry_after = std::nullopt);
/// The upstream is broken or cannot be reached.
[[nodiscard]] Failure upstream_failure(std::string detail);
/// The upstream says that it is under maintenance.
[[nodiscard]] Failure under_maintenance(std::string detail);
/// The upstream did not answer in time.
[[nodiscard]] Failure timed_out(std::string detail);
/// The upstream, or a proxy in front of it, rejects our calls.
[[nodiscard]] Failure blocked(std::string detail);
/// The call was abandoned because nobody waits for it any more.
[[nodiscard]] Failure cancelled();
/// Marks the failure as something for a person to look at.
[[nodiscard]] Failure odd(Oddity oddity, Failure failure);

}  // namespace stockclient
