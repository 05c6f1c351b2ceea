#include "service/quotes/representation.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "service/quotes/data_json.h"
#include "stockclient/domain/hash.h"

namespace service {
namespace {

constexpr std::size_t kLargestKept = 16u << 10;

/// A year: the limit sent to caches if stale values are served regardless of their age.
constexpr std::chrono::hours kLongestStaleIfError{365 * 24};
/// A value may stay fresh for days, but downstream caches should pick up a correction soon.
constexpr std::chrono::minutes kLongestMaxAge{5};

std::size_t slot_count(std::size_t max_bytes) {
  constexpr std::size_t kFewest = 16;
  constexpr std::size_t kMost = 65536;
  return std::clamp(max_bytes / kLargestKept, kFewest, kMost);
}

}  // namespace

std::string entity_tag(std::string_view bytes) {
  std::array<char, 16> digits{};
  const auto written =
      std::to_chars(digits.data(), digits.data() + digits.size(), stockclient::fnv1a(bytes), 16);
  return "\"" + std::string(digits.data(), written.ptr) + "\"";
}

std::chrono::seconds max_age(std::chrono::nanoseconds fresh_ttl) {
  return std::min<std::chrono::seconds>(std::chrono::floor<std::chrono::seconds>(fresh_ttl),
                                        kLongestMaxAge);
}

std::string cache_control(std::chrono::nanoseconds fresh_ttl,
                          std::optional<std::chrono::nanoseconds> stale_if_error) {
  const auto limit = std::chrono::floor<std::chrono::seconds>(
      stale_if_error.value_or(std::chrono::nanoseconds(kLongestStaleIfError)));
  return "max-age=" + std::to_string(max_age(fresh_ttl).count()) +
         ", stale-if-error=" + std::to_string(limit.count());
}

Representations::Representations(std::size_t max_bytes, const Currencies& currencies)
    : currencies_(currencies), slots_(slot_count(max_bytes)) {}

std::shared_ptr<const Representation> Representations::of(
    const stockclient::Answer& answer, std::size_t days,
    std::optional<std::chrono::nanoseconds> stale_if_error) {
  // Read before rendering: if a currency is learned in the meantime, the slot is outdated, not
  // wrong.
  const std::uint64_t generation = currencies_.generation();
  Slot& slot = slot_for(answer, days);
  {
    const std::lock_guard lock(slot.mutex);
    if (slot.record == answer.record && slot.stale_reason == answer.stale_reason &&
        slot.is_end_of_day == answer.is_end_of_day_quote && slot.days == days &&
        slot.max_age == max_age(answer.fresh_ttl) && slot.stale_if_error == stale_if_error &&
        slot.currencies_generation == generation)
      return slot.representation;
  }
  std::shared_ptr<const Representation> rendered = render(answer, days, stale_if_error);
  if (rendered->body->size() > kLargestKept) return rendered;
  stockclient::RecordPtr replaced = answer.record;  // Destroyed after the lock is released.
  const std::lock_guard lock(slot.mutex);
  slot.record.swap(replaced);
  slot.stale_reason = answer.stale_reason;
  slot.days = days;
  slot.is_end_of_day = answer.is_end_of_day_quote;
  slot.max_age = max_age(answer.fresh_ttl);
  slot.stale_if_error = stale_if_error;
  slot.currencies_generation = generation;
  slot.representation = rendered;
  return rendered;
}

Representations::Slot& Representations::slot_for(const stockclient::Answer& answer,
                                                 std::size_t days) {
  const auto address = reinterpret_cast<std::uintptr_t>(answer.record.get());
  const std::size_t reason =
      answer.stale_reason ? static_cast<std::size_t>(*answer.stale_reason) + 1 : 0;
  // Fibonacci hashing: the high bits of the product depend on all bits of the address.
  const std::uint64_t mixed = (address + reason * 131 + days * 8191) * 0x9E3779B97F4A7C15u;
  return slots_[(mixed >> 32) % slots_.size()];
}

std::shared_ptr<const Representation> Representations::render(
    const stockclient::Answer& answer, std::size_t days,
    std::optional<std::chrono::nanoseconds> stale_if_error) const {
  Presentation presentation{.stale_reason = answer.stale_reason,
                            .currency = {},
                            .days = days,
                            .is_end_of_day = answer.is_end_of_day_quote};
  if (const auto* quote = std::get_if<stockclient::Quote>(&answer.record->data))
    presentation.currency = currencies_.find(quote->symbol);
  auto representation = std::make_shared<Representation>();
  representation->body =
      std::make_shared<const std::string>(data_json(*answer.record, presentation));
  representation->etag = entity_tag(*representation->body);
  representation->headers = std::make_shared<const Headers>(
      Headers{{"ETag", representation->etag},
              {"Cache-Control", cache_control(answer.fresh_ttl, stale_if_error)}});
  return representation;
}

}  // namespace service
