#pragma once
/// The body of GET /circuit-breaker.

#include <cstdint>
#include <span>
#include <string>

#include "circuitbreaker/snapshot.h"

#include "service/json/time_text.h"

namespace service {

class JsonWriter;

struct ShownBreaker {
  circuitbreaker::Snapshot snapshot;
  std::uint64_t fallbacks = 0;
};

/// One element of `breakers`. `now` is a paired reading taken about when the snapshot was.
void write_breaker(JsonWriter& json, const ShownBreaker& breaker, const PairedTime& now);

}  // namespace service
