#pragma once
/// One maker for each class of fault, so that hold and retry of a class are decided once (FACTS:
/// "Failure").

#include <chrono>
#include <optional>
#include <string>

#include "stockclient/domain/answer_class.h"

namespace stockclient {

[[nodiscard]] Fault not_found(std::string detail);
[[nodiscard]] Fault data_fault(std::string detail);
[[nodiscard]] Fault our_fault(std::string detail);
[[nodiscard]] Fault misconfigured(std::string detail);
[[nodiscard]] Fault unsupported(std::string detail);
/// A second's throttle may be repeated once, when its hold fits the deadline; the longer ones never
/// within a flight.
[[nodiscard]] Fault throttled(Hold hold, std::string detail = {},
                              std::optional<std::chrono::seconds> hold_for = std::nullopt);
[[nodiscard]] Fault upstream_failure(RetryAdvice retry, std::string detail);
[[nodiscard]] Fault timed_out(std::string detail);
[[nodiscard]] Fault blocked(std::string detail);
[[nodiscard]] Fault cancelled();
/// The fault, marked for a person to look at.
[[nodiscard]] Fault odd(Oddity oddity, Fault fault);

}  // namespace stockclient
