#pragma once
/// JSON of a circuit breaker's state, for GET /circuit-breaker.

#include <cstdint>
#include <span>
#include <string>

#include "circuitbreaker/snapshot.h"

#include "service/json/time_text.h"

namespace service {

class JsonWriter;

/// Writes one breaker as an object. `fallbacks`: how often something else was served in place of a
/// call's result. `now`: a reading of both clocks taken together with the snapshot, used to convert
/// the snapshot's monotonic times to calendar times.
void write_breaker(JsonWriter& json, const circuitbreaker::Snapshot& snapshot,
                   std::uint64_t fallbacks, const PairedTime& now);

}  // namespace service
