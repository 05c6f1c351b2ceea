#include "stockclient/cache/cache.h"

#include <string>
#include <utility>

namespace stockclient {
namespace {

/// Estimated overhead of an entry: list and hash nodes, the shared record's reference counts, and
/// the allocator's share for each.
constexpr std::size_t kBookkeeping = 368;
/// A shared string and its reference counts.
constexpr std::size_t kSharedText = 64;
/// Negative entries get 1/kNegativeShare of the memory.
constexpr std::size_t kNegativeShare = 8;

// The heap memory that a value owns, in bytes.

std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

std::size_t heap_bytes(const std::optional<std::string>& text) {
  return text ? heap_bytes(*text) : 0;
}

std::size_t heap_bytes(const Decimal& decimal) {
  return heap_bytes(decimal.text());
}

std::size_t heap_bytes(const std::optional<Decimal>& decimal) {
  return decimal ? heap_bytes(*decimal) : 0;
}

// Declared before the template that calls them.
std::size_t heap_bytes(const Bar& bar);
std::size_t heap_bytes(const SymbolMatch& match);
std::size_t heap_bytes(const Market& market);

template <class Item>
std::size_t heap_bytes(const std::vector<Item>& items) {
  std::size_t bytes = items.capacity() * sizeof(Item);
  for (const Item& item : items) bytes += heap_bytes(item);
  return bytes;
}

std::size_t heap_bytes(const Quote& quote) {
  return heap_bytes(quote.symbol) + heap_bytes(quote.price) + heap_bytes(quote.open) +
         heap_bytes(quote.high) + heap_bytes(quote.low) + heap_bytes(quote.previous_close) +
         heap_bytes(quote.change) + heap_bytes(quote.change_percent) +
         heap_bytes(quote.trading_day);
}

std::size_t heap_bytes(const Bar& bar) {
  return heap_bytes(bar.date) + heap_bytes(bar.open) + heap_bytes(bar.high) + heap_bytes(bar.low) +
         heap_bytes(bar.close);
}

std::size_t heap_bytes(const DailySeries& series) {
  return heap_bytes(series.symbol) + heap_bytes(series.bars);
}

std::size_t heap_bytes(const SymbolMatch& match) {
  return heap_bytes(match.symbol) + heap_bytes(match.name) + heap_bytes(match.type) +
         heap_bytes(match.region) + heap_bytes(match.market_open) + heap_bytes(match.market_close) +
         heap_bytes(match.timezone) + heap_bytes(match.currency) + heap_bytes(match.score);
}

std::size_t heap_bytes(const SymbolMatches& matches) {
  return heap_bytes(matches.matches);
}

std::size_t heap_bytes(const Market& market) {
  return heap_bytes(market.type) + heap_bytes(market.region) + heap_bytes(market.exchanges) +
         heap_bytes(market.open) + heap_bytes(market.close) + heap_bytes(market.status) +
         heap_bytes(market.notes);
}

std::size_t heap_bytes(const Markets& markets) {
  return heap_bytes(markets.markets);
}

std::size_t negative_weight(const Query& query, const Negative& negative) {
  return kBookkeeping + sizeof(Negative) + 2 * heap_bytes(query.argument) +
         (negative.answer ? sizeof(Record) : heap_bytes(negative.answer.error().detail));
}

}  // namespace

std::size_t cache_weight(const Query& query, const Record& record) {
  const std::size_t data =
      std::visit([](const auto& alternative) { return heap_bytes(alternative); }, record.data);
  // The key is stored twice: in the list and in the index.
  const std::size_t bytes = record.bytes ? kSharedText + heap_bytes(*record.bytes) : 0;
  return kBookkeeping + sizeof(Record) + 2 * heap_bytes(query.argument) + data + bytes;
}

Cache::Cache(std::size_t max_bytes)
    : max_value_bytes_(max_bytes - max_bytes / kNegativeShare),
      values_(max_value_bytes_),
      negatives_(max_bytes / kNegativeShare) {}

bool Cache::has_room() const {
  // The shards do not fill evenly, so some begin to evict before the last one is full.
  return values_.totals().bytes < max_value_bytes_ / 10 * 9;
}

std::optional<Negative> Cache::find_negative(const Query& query, BootTime now) {
  auto negative = negatives_.get(query);
  if (negative && now >= negative->until) {
    negatives_.erase(query);
    return std::nullopt;
  }
  return negative;
}

void Cache::put(const Query& query, Value value) {
  const std::size_t weight = cache_weight(query, *value.record);
  negatives_.erase(query);
  values_.put(query, Known{std::move(value)}, weight);
}

void Cache::put_negative(const Query& query, Negative negative) {
  const std::size_t weight = negative_weight(query, negative);
  negatives_.put(query, std::move(negative), weight);
}

void Cache::expire(const Query& query) {
  negatives_.erase(query);
  values_.update(query, [](Known& known) {
    known.is_expired = true;
    known.refresh_not_before = BootTime();
  });
}

void Cache::forget(const Query& query) {
  values_.erase(query);
  negatives_.erase(query);
}

void Cache::note_refresh_failure(const Query& query, FailureKind failure,
                                 BootTime refresh_not_before) {
  values_.update(query, [&](Known& known) {
    known.refresh_failure = failure;
    known.refresh_not_before = refresh_not_before;
    known.is_expired = false;
  });
}

bool Cache::note_older_day(const Query& query, std::string_view day, BootTime now) {
  bool believed = true;
  values_.update(query, [&](Known& known) { believed = known.older_day.add(day, now); });
  return believed;
}

LruTotals Cache::totals() const {
  const LruTotals values = values_.totals();
  const LruTotals negatives = negatives_.totals();
  return {values.bytes + negatives.bytes, values.entries + negatives.entries};
}

}  // namespace stockclient
