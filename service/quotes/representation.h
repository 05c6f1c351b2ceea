#pragma once
/// Rendered responses of cached records: the body and those headers that are the same for every
/// request, rendered once and shared.

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

/// A rendered response. Immutable once it is shared.
struct Representation {
  /// The JSON text.
  std::shared_ptr<const std::string> body;
  /// Entity tag of the body, including the quotation marks. It changes with `stale`, which is part
  /// of the body.
  std::string etag;
  /// The headers ETag and Cache-Control.
  std::shared_ptr<const Headers> headers;
};

/// The entity tag of some bytes: their 64-bit FNV-1a hash, in quotation marks.
[[nodiscard]] std::string entity_tag(std::string_view bytes);

/// The lifetime that downstream caches are told: the whole lifetime, at most 5 minutes.
[[nodiscard]] std::chrono::seconds max_age(std::chrono::nanoseconds fresh_ttl);

/// `max-age=<see above>, stale-if-error=N`, both in seconds. A cache itself subtracts Age from
/// max-age (RFC 9111, section 4.2). Without a limit, N is a year.
[[nodiscard]] std::string cache_control(std::chrono::nanoseconds fresh_ttl,
                                        std::optional<std::chrono::nanoseconds> stale_if_error);

/// Renders records on first use and keeps the results in a direct-mapped table: there is no
/// eviction list to maintain, and a collision only costs another rendering. Thread-safety: `of` may
/// be called from any thread; a slot's lock is held for a few instructions and never while
/// rendering.
class Representations {
 public:
  /// Keeps bodies of up to 16 KiB each, about `max_bytes` in total. `currencies` must outlive this
  /// object.
  Representations(std::size_t max_bytes, const Currencies& currencies);

  /// `days`: number of bars of a history; otherwise 0. `stale_if_error`: the age from which a value
  /// is no longer served.
  [[nodiscard]] std::shared_ptr<const Representation> of(
      const stockclient::Answer& answer, std::size_t days,
      std::optional<std::chrono::nanoseconds> stale_if_error);

 private:
  struct Slot {
    std::mutex mutex;
    /// Keeps the record alive, so that no other record can be allocated at its address.
    stockclient::RecordPtr record;
    std::optional<stockclient::StaleReason> stale_reason;
    std::size_t days = 0;
    bool is_end_of_day = false;
    std::chrono::seconds max_age{};
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
