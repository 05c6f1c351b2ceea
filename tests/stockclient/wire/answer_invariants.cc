#include "tests/stockclient/wire/answer_invariants.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "stockclient/domain/trading_date.h"

namespace stockclient::testing {
namespace {

bool is_no_price(const std::optional<Decimal>& decimal) {
  return decimal && !decimal->is_positive();
}

std::string broken(const Query& query, const Quote& quote) {
  if (quote.symbol != query.argument) return "a quote of another symbol";
  if (!quote.price.is_positive()) return "a quote without a price";
  if (Decimal::parse(quote.price.text()) != quote.price) return "a price that is no decimal";
  if (is_no_price(quote.open) || is_no_price(quote.high) || is_no_price(quote.low) ||
      is_no_price(quote.previous_close)) {
    return "a quote with a figure that is not above zero";
  }
  if (quote.volume.value_or(0) < 0) return "a volume below zero";
  if (quote.trading_day && !parse_trading_day(*quote.trading_day)) return "a day that is none";
  return {};
}

std::string broken(const Query& query, const DailySeries& series) {
  constexpr std::size_t kMostBars = 100;
  if (series.symbol != query.argument) return "a series of another symbol";
  if (series.bars.empty() || series.bars.size() > kMostBars) return "no bars or too many";
  for (std::size_t i = 0; i < series.bars.size(); ++i) {
    const Bar& bar = series.bars[i];
    if (!parse_trading_day(bar.date)) return "a bar of a day that is none";
    if (i > 0 && series.bars[i - 1].date <= bar.date) return "bars out of order";
    if (!bar.close.is_positive()) return "a bar without a close";
    if (is_no_price(bar.open) || is_no_price(bar.high) || is_no_price(bar.low) ||
        bar.volume.value_or(0) < 0) {
      return "a bar with a figure that is not above zero";
    }
  }
  return {};
}

std::string broken(const Query& /*query*/, const SymbolMatches& found) {
  if (found.matches.empty()) return "a search without matches";
  const bool named = std::all_of(found.matches.begin(), found.matches.end(),
                                 [](const SymbolMatch& match) { return !match.symbol.empty(); });
  return named ? "" : "a match without a symbol";
}

std::string broken(const Query& /*query*/, const Markets& found) {
  if (found.markets.empty()) return "no market";
  const bool named = std::all_of(
      found.markets.begin(), found.markets.end(),
      [](const Market& market) { return !market.region.empty() && !market.status.empty(); });
  return named ? "" : "a market without a region or status";
}

std::string broken(const Failure& failure) {
  constexpr std::size_t kLongestDetail = 100;
  if (traits(failure.kind).answer_class.empty()) return "a failure that no upstream answer can be";
  if (failure.kind == FailureKind::data_missing) {
    return "a classifier that knows which symbols had data before";
  }
  if (failure.retry_after && !traits(failure.kind).imposes_hold) return "a hold without a refusal";
  if (failure.detail.empty() || failure.detail.size() > kLongestDetail)
    return "no or endless words";
  return {};
}

}  // namespace

std::string broken_invariant(const Query& query, const ReadResult& result) {
  if (!result) return broken(result.error());
  if (result->index() != index_of(query.function)) return "data of another kind";
  return std::visit([&query](const auto& data) { return broken(query, data); }, *result);
}

}  // namespace stockclient::testing
