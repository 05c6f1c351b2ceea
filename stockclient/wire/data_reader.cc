#include "stockclient/wire/data_reader.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "stockclient/domain/symbol.h"
#include "stockclient/domain/trading_date.h"
#include "stockclient/time/exchange_calendar.h"
#include "stockclient/wire/faults.h"
#include "stockclient/wire/field_reader.h"

namespace stockclient {
namespace {

using circuitbreaker::unexpected;
using Kind = JsonValue::Kind;

/// The number of bars in `outputsize=compact`. Longer series are truncated, so that their size is
/// bounded.
constexpr std::size_t kMaxBars = 100;

/// Prefixes of the keys that carry data, in the order of `Function`.
constexpr std::array<std::string_view, kFunctionCount> kDataKeys{"Global Quote", "Time Series",
                                                                 "bestMatches", "markets"};

std::string_view data_key(Function function) noexcept {
  return kDataKeys.at(index_of(function));
}

ReadResult faulty(std::string_view why) {
  return unexpected<Failure>(data_fault("the upstream's data are faulty: " + std::string(why)));
}

/// Input and output shared by the readers of all functions.
struct Reading {
  const Query& query;
  const JsonValue& answer;
  const JsonMember& found;
  std::string_view newest_day;
  UnreadableFigures& unreadable;
};

ReadResult another_symbols(UnreadableFigures& unreadable) {
  unreadable.add(Figure::symbol);
  return faulty("they belong to another symbol");
}

ReadResult read_quote(const Reading& reading) {
  FieldReader fields(reading.found.value, reading.unreadable);
  const auto returned = fields.required_text("symbol", Figure::symbol);
  if (!returned) return faulty("no symbol is given");
  if (!same_symbol(reading.query.argument, *returned)) return another_symbols(reading.unreadable);
  auto price = fields.price("price", Figure::price);
  if (!price) return faulty("the price is missing or not a number above zero");
  auto trading_day = fields.date("latest trading day", Figure::trading_day);
  if (trading_day && *trading_day > reading.newest_day) {
    reading.unreadable.add(Figure::trading_day);
    return faulty("the trading day is in the future");
  }

  Quote quote;
  quote.symbol = reading.query.argument;
  quote.price = *std::move(price);
  quote.open = fields.price("open", Figure::open);
  quote.high = fields.price("high", Figure::high);
  quote.low = fields.price("low", Figure::low);
  quote.previous_close = fields.price("previous close", Figure::previous_close);
  quote.change = fields.number("change", Figure::change);
  quote.change_percent = fields.percent("change percent", Figure::change_percent);
  quote.volume = fields.volume("volume", Figure::volume);
  quote.trading_day = std::move(trading_day);
  quote.delayed_15min = reading.found.key.find("DELAYED") != std::string::npos;
  return quote;
}

const JsonValue* meta_data(const JsonValue& answer) noexcept {
  const auto meta =
      std::find_if(answer.children.begin(), answer.children.end(),
                   [](const JsonMember& member) { return member.key.starts_with("Meta Data"); });
  return meta == answer.children.end() ? nullptr : &meta->value;
}

/// Returns nothing if the bar's date or close cannot be read.
std::optional<Bar> read_bar(const JsonMember& row, const Reading& reading) {
  if (!parse_trading_day(row.key) || row.key > reading.newest_day) {
    reading.unreadable.add(Figure::date);
    return std::nullopt;
  }
  FieldReader fields(row.value, reading.unreadable);
  auto close = fields.price("close", Figure::close);
  if (!close) return std::nullopt;
  Bar bar;
  bar.date = row.key;
  bar.open = fields.price("open", Figure::open);
  bar.high = fields.price("high", Figure::high);
  bar.low = fields.price("low", Figure::low);
  bar.close = *std::move(close);
  bar.volume = fields.volume("volume", Figure::volume);
  return bar;
}

/// The readable bars, newest first. If a day has several bars, the first is kept.
std::vector<Bar> read_bars(const Reading& reading) {
  std::vector<Bar> bars;
  bars.reserve(reading.found.value.children.size());
  for (const JsonMember& row : reading.found.value.children) {
    if (auto bar = read_bar(row, reading)) bars.push_back(*std::move(bar));
  }
  // ISO dates can be compared as text.
  std::stable_sort(bars.begin(), bars.end(),
                   [](const Bar& left, const Bar& right) { return left.date > right.date; });
  const auto repeated =
      std::unique(bars.begin(), bars.end(),
                  [](const Bar& left, const Bar& right) { return left.date == right.date; });
  for (auto bar = repeated; bar != bars.end(); ++bar) reading.unreadable.add(Figure::date);
  bars.erase(repeated, bars.end());
  if (bars.size() > kMaxBars) bars.resize(kMaxBars);
  return bars;
}

/// `HH:MM:SS`, which sorts as text.
std::string clock_text(std::chrono::minutes since_midnight) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:00",
                static_cast<int>(since_midnight.count() / 60),
                static_cast<int>(since_midnight.count() % 60));
  return text.data();
}

/// Determines `DailySeries::partial`. A time of day after the newest bar's date says when that bar
/// was last refreshed. The upstream labels every time `US/Eastern`, even London's, so the label is
/// believed only for US listings.
std::optional<bool> is_partial(std::string_view symbol, TradingDay newest_day,
                               std::string_view refreshed, std::string_view zone) {
  constexpr std::size_t kDateLength = std::string_view("YYYY-MM-DD").size();
  if (parse_trading_day(refreshed.substr(0, kDateLength)) != newest_day ||
      refreshed.size() == kDateLength) {
    return false;
  }
  const bool eastern = zone == "US/Eastern" || zone == "America/New_York";
  if (!eastern || !is_us_listing(symbol)) return std::nullopt;
  return refreshed.substr(kDateLength + 1) < clock_text(closing_time(us_exchange(), newest_day));
}

ReadResult read_series(const Reading& reading) {
  static const JsonValue kNoMetaData;
  const JsonValue* meta = meta_data(reading.answer);
  FieldReader fields(meta != nullptr ? *meta : kNoMetaData, reading.unreadable);
  const auto returned = fields.required_text("symbol", Figure::symbol);
  if (!returned) return faulty("no symbol is given");
  if (!same_symbol(reading.query.argument, *returned)) return another_symbols(reading.unreadable);
  DailySeries series;
  series.symbol = reading.query.argument;
  series.bars = read_bars(reading);
  if (series.bars.empty()) return faulty("no bar has a date and a close above zero");
  series.partial = is_partial(series.symbol, *parse_trading_day(series.bars.front().date),
                              fields.text("last refreshed", Figure::date),
                              fields.text("time zone", Figure::description));
  return series;
}

ReadResult read_matches(const Reading& reading) {
  SymbolMatches result;
  result.matches.reserve(reading.found.value.children.size());
  for (const JsonMember& element : reading.found.value.children) {
    FieldReader fields(element.value, reading.unreadable);
    auto symbol = fields.required_text("symbol", Figure::symbol);
    if (!symbol) continue;
    SymbolMatch match;
    match.symbol = *std::move(symbol);
    match.name = fields.text("name", Figure::description);
    match.type = fields.text("type", Figure::description);
    match.region = fields.text("region", Figure::description);
    match.market_open = fields.text("marketOpen", Figure::description);
    match.market_close = fields.text("marketClose", Figure::description);
    match.timezone = fields.text("timezone", Figure::description);
    match.currency = fields.text("currency", Figure::description);
    match.score = fields.number("matchScore", Figure::score);
    result.matches.push_back(std::move(match));
  }
  if (result.matches.empty()) return faulty("no match has a symbol");
  return result;
}

/// Splits a list such as `NASDAQ, NYSE`.
std::vector<std::string> split_names(std::string_view names) {
  std::vector<std::string> list;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, comma);
    names.remove_prefix(std::min(comma + 1, names.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) list.emplace_back(name);
  }
  return list;
}

ReadResult read_markets(const Reading& reading) {
  Markets result;
  result.markets.reserve(reading.found.value.children.size());
  for (const JsonMember& element : reading.found.value.children) {
    FieldReader fields(element.value, reading.unreadable);
    auto type = fields.required_text("market_type", Figure::market);
    auto region = fields.required_text("region", Figure::market);
    auto status = fields.required_text("current_status", Figure::market);
    if (!type || !region || !status) continue;
    Market market;
    market.type = *std::move(type);
    market.region = *std::move(region);
    market.exchanges = split_names(fields.text("primary_exchanges", Figure::description));
    market.open = fields.text("local_open", Figure::description);
    market.close = fields.text("local_close", Figure::description);
    market.status = *std::move(status);
    if (std::string notes = fields.text("notes", Figure::description); !notes.empty()) {
      market.notes = std::move(notes);
    }
    result.markets.push_back(std::move(market));
  }
  if (result.markets.empty()) return faulty("there is no market");
  return result;
}

ReadResult read_found(const Reading& reading) {
  switch (reading.query.function) {
    case Function::global_quote:
      return read_quote(reading);
    case Function::daily_series:
      return read_series(reading);
    case Function::symbol_search:
      return read_matches(reading);
    case Function::market_status:
      return read_markets(reading);
  }
  return faulty("they answer another question");
}

bool is_list(Function function) noexcept {
  return function == Function::symbol_search || function == Function::market_status;
}

}  // namespace

std::optional<ReadResult> read_data(const Query& query, const JsonValue& answer,
                                    std::string_view newest_day, UnreadableFigures& unreadable) {
  const auto malformed = [&unreadable](std::string_view why) {
    unreadable.add(Figure::form);
    return faulty(why);
  };
  const std::string_view key = data_key(query.function);
  const JsonMember* found = nullptr;
  for (const JsonMember& member : answer.children) {
    if (!member.key.starts_with(key)) continue;
    if (found != nullptr) return malformed("they are given twice");
    found = &member;
  }
  if (found == nullptr) return std::nullopt;
  const Kind expected_kind = is_list(query.function) ? Kind::array : Kind::object;
  if (found->value.kind != expected_kind) return malformed("they have an unexpected JSON type");
  const bool may_be_empty = query.function != Function::market_status;
  if (found->value.children.empty()) {
    if (may_be_empty) return std::nullopt;
    return malformed("there is no market");
  }
  return read_found({query, answer, *found, newest_day, unreadable});
}

bool has_data_key(const JsonValue& answer, std::optional<Function> function) noexcept {
  const auto delivers = [function](std::string_view key) {
    if (function) return key.starts_with(data_key(*function));
    return std::any_of(kDataKeys.begin(), kDataKeys.end(),
                       [key](std::string_view prefix) { return key.starts_with(prefix); });
  };
  return std::any_of(answer.children.begin(), answer.children.end(),
                     [&](const JsonMember& member) { return delivers(member.key); });
}

}  // namespace stockclient
