#include "stockclient/wire/data_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "stockclient/domain/symbol.h"
#include "stockclient/wire/faults.h"
#include "stockclient/wire/field_reader.h"

namespace stockclient {
namespace {

using circuitbreaker::unexpected;
using Kind = JsonValue::Kind;

/// As many as `outputsize=compact` has; more are cut off, so that a series has a known size.
constexpr std::size_t kMaxBars = 100;

/// The prefixes of the keys with data, in the order of `Function`.
constexpr std::array<std::string_view, kFunctionCount> kDataKeys{"Global Quote", "Time Series",
                                                                 "bestMatches", "markets"};

std::string_view data_key(Function function) noexcept {
  return kDataKeys.at(static_cast<std::size_t>(function));
}

AttemptResult faulty(std::string_view why) {
  return unexpected<Fault>(data_fault("the upstream's data are faulty: " + std::string(why)));
}

AttemptResult read_quote(const Query& query, const JsonMember& found) {
  FieldReader fields(found.value);
  Quote quote;
  const std::string returned = fields.required_text("symbol");
  quote.symbol = query.argument;
  quote.price = fields.required_price("price");
  quote.open = fields.price("open");
  quote.high = fields.price("high");
  quote.low = fields.price("low");
  quote.previous_close = fields.price("previous close");
  quote.change = fields.figure("change");
  quote.change_percent = fields.percent("change percent");
  quote.volume = fields.volume("volume");
  quote.trading_day = fields.date("latest trading day");
  quote.delayed_15min = found.key.find("DELAYED") != std::string::npos;
  if (!fields.fault().empty()) return faulty(fields.fault());
  if (!same_symbol(query.argument, returned)) return faulty("they are another symbol's");
  return quote;
}

const JsonValue* meta_data(const JsonValue& answer) noexcept {
  const auto meta =
      std::find_if(answer.children.begin(), answer.children.end(),
                   [](const JsonMember& member) { return member.key.starts_with("Meta Data"); });
  return meta == answer.children.end() ? nullptr : &meta->value;
}

circuitbreaker::expected<Bar, std::string_view> read_bar(const JsonMember& row) {
  if (!is_date(row.key)) return unexpected<std::string_view>("a date is no date");
  FieldReader fields(row.value);
  Bar bar;
  bar.date = row.key;
  bar.open = fields.required_price("open");
  bar.high = fields.required_price("high");
  bar.low = fields.required_price("low");
  bar.close = fields.required_price("close");
  bar.volume = fields.volume("volume");
  if (!fields.fault().empty()) return unexpected<std::string_view>(fields.fault());
  return bar;
}

AttemptResult read_series(const Query& query, const JsonValue& answer, const JsonMember& found) {
  const JsonValue* meta = meta_data(answer);
  if (meta == nullptr) return faulty("nothing says whose they are");
  FieldReader fields(*meta);
  const std::string returned = fields.required_text("symbol");
  const std::string refreshed = fields.text("last refreshed");
  if (!fields.fault().empty()) return faulty(fields.fault());
  if (!same_symbol(query.argument, returned)) return faulty("they are another symbol's");

  DailySeries series;
  series.symbol = query.argument;
  series.bars.reserve(found.value.children.size());
  for (const JsonMember& row : found.value.children) {
    auto bar = read_bar(row);
    if (!bar) return faulty(bar.error());
    series.bars.push_back(*std::move(bar));
  }
  // ISO dates sort as text.
  std::sort(series.bars.begin(), series.bars.end(),
            [](const Bar& left, const Bar& right) { return left.date > right.date; });
  const auto twice =
      std::adjacent_find(series.bars.begin(), series.bars.end(),
                         [](const Bar& left, const Bar& right) { return left.date == right.date; });
  if (twice != series.bars.end()) return faulty("a day is there twice");
  if (series.bars.size() > kMaxBars) series.bars.resize(kMaxBars);

  // A time of day after the date: the newest bar was refreshed while its day was going on.
  const std::string& newest = series.bars.front().date;
  series.partial = refreshed.size() > newest.size() && refreshed.starts_with(newest);
  return series;
}

AttemptResult read_matches(const JsonMember& found) {
  SymbolMatches result;
  result.matches.reserve(found.value.children.size());
  for (const JsonMember& element : found.value.children) {
    FieldReader fields(element.value);
    SymbolMatch match;
    match.symbol = fields.required_text("symbol");
    match.name = fields.text("name");
    match.type = fields.text("type");
    match.region = fields.text("region");
    match.market_open = fields.text("marketOpen");
    match.market_close = fields.text("marketClose");
    match.timezone = fields.text("timezone");
    match.currency = fields.text("currency");
    match.score = fields.price("matchScore").value_or(Decimal());
    if (!fields.fault().empty()) return faulty(fields.fault());
    result.matches.push_back(std::move(match));
  }
  return result;
}

/// `NASDAQ, NYSE` as a list.
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

AttemptResult read_markets(const JsonMember& found) {
  Markets result;
  result.markets.reserve(found.value.children.size());
  for (const JsonMember& element : found.value.children) {
    FieldReader fields(element.value);
    Market market;
    market.type = fields.required_text("market_type");
    market.region = fields.required_text("region");
    market.exchanges = split_names(fields.text("primary_exchanges"));
    market.open = fields.text("local_open");
    market.close = fields.text("local_close");
    market.status = fields.required_text("current_status");
    if (std::string notes = fields.text("notes"); !notes.empty()) market.notes = std::move(notes);
    if (!fields.fault().empty()) return faulty(fields.fault());
    result.markets.push_back(std::move(market));
  }
  if (result.markets.empty()) return faulty("there is no market");
  return result;
}

AttemptResult read_found(const Query& query, const JsonValue& answer, const JsonMember& found) {
  switch (query.function) {
    case Function::global_quote:
      return read_quote(query, found);
    case Function::daily_series:
      return read_series(query, answer, found);
    case Function::symbol_search:
      return read_matches(found);
    case Function::market_status:
      return read_markets(found);
  }
  return faulty("nobody asked for them");
}

bool is_list(Function function) noexcept {
  return function == Function::symbol_search || function == Function::market_status;
}

}  // namespace

std::optional<AttemptResult> read_data(const Query& query, const JsonValue& answer) {
  const std::string_view key = data_key(query.function);
  const JsonMember* found = nullptr;
  for (const JsonMember& member : answer.children) {
    if (!member.key.starts_with(key)) continue;
    if (found != nullptr) return faulty("they are there twice");
    found = &member;
  }
  if (found == nullptr) return std::nullopt;
  const Kind expected_kind = is_list(query.function) ? Kind::array : Kind::object;
  if (found->value.kind != expected_kind) return faulty("they have another form");
  const bool may_be_empty = query.function != Function::market_status;
  if (found->value.children.empty() && may_be_empty) return std::nullopt;
  return read_found(query, answer, *found);
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
