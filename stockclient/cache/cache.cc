#include "stockclient/cache/cache.h"

#include <string>
#include <utility>

namespace stockclient {
namespace {

/// List and hash nodes, the shared record's counters, and the allocator's own share of each.
constexpr std::size_t kBookkeeping = 368;
constexpr std::size_t kNegativeShare = 8;

/// What a string holds outside of itself.
std::size_t outside(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

std::size_t outside(const std::optional<std::string>& text) {
  return text ? outside(*text) : 0;
}

std::size_t outside(const Decimal& decimal) {
  return outside(decimal.text());
}

std::size_t outside(const std::optional<Decimal>& decimal) {
  return decimal ? outside(*decimal) : 0;
}

// Declared ahead of the template that finds them.
std::size_t outside(const Bar& bar);
std::size_t outside(const SymbolMatch& match);
std::size_t outside(const Market& market);

template <class Item>
std::size_t outside(const std::vector<Item>& items) {
  std::size_t bytes = items.capacity() * sizeof(Item);
  for (const Item& item : items) bytes += outside(item);
  return bytes;
}

std::size_t outside(const Quote& quote) {
  return outside(quote.symbol) + outside(quote.price) + outside(quote.open) + outside(quote.high) +
         outside(quote.low) + outside(quote.previous_close) + outside(quote.change) +
         outside(quote.change_percent) + outside(quote.trading_day);
}

std::size_t outside(const Bar& bar) {
  return outside(bar.date) + outside(bar.open) + outside(bar.high) + outside(bar.low) +
         outside(bar.close);
}

std::size_t outside(const DailySeries& series) {
  return outside(series.symbol) + outside(series.bars);
}

std::size_t outside(const SymbolMatch& match) {
  return outside(match.symbol) + outside(match.name) + outside(match.type) + outside(match.region) +
         outside(match.market_open) + outside(match.market_close) + outside(match.timezone) +
         outside(match.currency) + outside(match.score);
}

std::size_t outside(const SymbolMatches& matches) {
  return outside(matches.matches);
}

std::size_t outside(const Market& market) {
  return outside(market.type) + outside(market.region) + outside(market.exchanges) +
         outside(market.open) + outside(market.close) + outside(market.status) +
         outside(market.notes);
}

std::size_t outside(const Markets& markets) {
  return outside(markets.markets);
}

std::size_t negative_weight(const Query& query, const Negative& negative) {
  const auto* error = std::get_if<StockError>(&negative.answer);
  return kBookkeeping + sizeof(Negative) + 2 * outside(query.argument) +
         (error != nullptr ? outside(error->detail) : sizeof(Record));
}

}  // namespace

std::size_t cache_weight(const Query& query, const Record& record) {
  const std::size_t beyond =
      std::visit([](const auto& data) { return outside(data); }, record.data);
  // The key is kept twice: in the list and in the index.
  return kBookkeeping + sizeof(Record) + 2 * outside(query.argument) + beyond;
}

Cache::Cache(std::size_t max_bytes)
    : values_(max_bytes - max_bytes / kNegativeShare), negatives_(max_bytes / kNegativeShare) {}

std::optional<Negative> Cache::find_negative(const Query& query, circuitbreaker::TimePoint now) {
  auto negative = negatives_.get(query);
  if (negative && now >= negative->until) {
    negatives_.erase(query);
    return std::nullopt;
  }
  return negative;
}

void Cache::put(const Query& query, RecordPtr record, circuitbreaker::TimePoint fetched) {
  const std::size_t weight = cache_weight(query, *record);
  negatives_.erase(query);
  values_.put(query, Known{std::move(record), fetched, std::nullopt, {}, {}}, weight);
}

void Cache::put_negative(const Query& query, Negative negative) {
  const std::size_t weight = negative_weight(query, negative);
  negatives_.put(query, std::move(negative), weight);
}

void Cache::note_fault(const Query& query, StaleReason fault,
                       circuitbreaker::TimePoint refresh_not_before) {
  values_.update(query, [&](Known& known) {
    known.fault = fault;
    known.refresh_not_before = refresh_not_before;
  });
}

bool Cache::note_older_day(const Query& query, std::string_view day,
                           circuitbreaker::TimePoint now) {
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
