#pragma once
/// What one cached record looks like on the wire, rendered once and shared by every answer that
/// shows it: the body and the headers that do not change from request to request.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/http/http_message.h"
#include "service/quotes/currencies.h"
#include "stockclient/domain/answer.h"

namespace service {

/// Immutable once shared.
struct Representation {
  std::shared_ptr<const std::string> body;
  /// With its quotes. Of the body, so that a change of `stale` changes it.
  std::string etag;
  /// ETag and Cache-Control.
  std::shared_ptr<const Headers> headers;
};

/// An entity tag of these bytes (64-bit FNV-1a, quoted).
[[nodiscard]] std::string entity_tag(std::string_view bytes);

/// `max-age=<whole lifetime>, stale-if-error=N`, both in seconds. A cache subtracts Age from
/// max-age itself (RFC 9111, section 4.2). Without a limit, N is a year.
[[nodiscard]] std::string cache_control(std::chrono::nanoseconds fresh_ttl,
                                        std::optional<std::chrono::nanoseconds> stale_if_error);

/// Renders on first use and keeps the result with the record it shows. A direct-mapped table: no
/// list to maintain, a collision merely renders again. Thread-safety: `of` may be called from any
/// thread; a slot's lock is held for a few instructions, never while rendering.
class Representations {
 public:
  /// Keeps bodies up to 16 KiB, and about `max_bytes` at most. `currencies` must outlive this.
  Representations(std::size_t max_bytes, const Currencies& currencies);

  /// `days`: bars of a history; else 0. `stale_if_error`: the age from which a value is no
  /// longer served.
  [[nodiscard]] std::shared_ptr<const Representation> of(
      const stockclient::Answer& answer, std::size_t days,
      std::optional<std::chrono::nanoseconds> stale_if_error);

 private:
  struct Slot {
    std::mutex mutex;
    /// Keeps the record alive, so that another one cannot appear at its address.
    stockclient::RecordPtr record;
    std::optional<stockclient::StaleReason> stale_reason;
    std::size_t days = 0;
    std::chrono::nanoseconds fresh_ttl{};
    std::optional<std::chrono::nanoseconds> stale_if_error;
    std::uint64_t currencies_generation = 0;
    std::shared_ptr<const Representation> representation;
  };

  [[nodiscard]] Slot& slot_for(const stockclient::Answer& answer, std::size_t days);
  [[nodiscard]] std::shared_ptr<const Representation> render(
      const stockclient::Answer& answer, std::size_t days,
      std::optional<std::chrono::nanoseconds> stale_if_error) const;

  const Currencies& currencies_;
  std::vector<Slot> slots_;
};

}  // namespace service
