#include "service/quotes/data_json.h"

#include <algorithm>
#include <span>

#include "service/json/json_writer.h"
#include "service/json/time_text.h"
#include "service/quotes/average.h"

namespace service {
namespace {

using stockclient::Bar;
using stockclient::Decimal;

void number_or_null(JsonWriter& json, std::string_view key, const std::optional<Decimal>& value) {
  json.key(key);
  value ? json.number(value->text()) : json.null();
}

void number_or_null(JsonWriter& json, std::string_view key,
                    const std::optional<std::int64_t>& value) {
  json.key(key);
  value ? json.number(*value) : json.null();
}

void string_or_null(JsonWriter& json, std::string_view key,
                    const std::optional<std::string>& value) {
  json.key(key);
  value ? json.string(*value) : json.null();
}

/// Writes the members at the end of every data answer.
void provenance(JsonWriter& json, const stockclient::Record& record, const Presentation& shown) {
  json.key("fetchedAt").string(rfc3339(record.fetched_at));
  json.key("source").string(stockclient::to_string(record.source));
  json.key("stale").boolean(shown.stale_reason.has_value());
  json.key("staleReason");
  shown.stale_reason ? json.string(stockclient::to_string(*shown.stale_reason)) : json.null();
}

void write(JsonWriter& json, const stockclient::Quote& quote, const Presentation& shown) {
  json.key("symbol").string(quote.symbol).key("price").number(quote.price.text());
  number_or_null(json, "open", quote.open);
  number_or_null(json, "high", quote.high);
  number_or_null(json, "low", quote.low);
  number_or_null(json, "previousClose", quote.previous_close);
  number_or_null(json, "change", quote.change);
  number_or_null(json, "changePercent", quote.change_percent);
  number_or_null(json, "volume", quote.volume);
  string_or_null(json, "tradingDay", quote.trading_day);
  string_or_null(json, "currency", shown.currency);
  json.key("delay");
  if (quote.delayed_15min) {
    json.string("delayed_15min");
  } else {
    shown.is_end_of_day ? json.string("end_of_day") : json.null();
  }
}

void write(JsonWriter& json, const stockclient::DailySeries& series, const Presentation& shown) {
  const std::span<const Bar> bars(series.bars.data(), std::min(series.bars.size(), shown.days));
  json.key("symbol").string(series.symbol).key("bars").begin_array();
  for (const Bar& bar : bars) {
    json.begin_object().key("date").string(bar.date);
    number_or_null(json, "open", bar.open);
    number_or_null(json, "high", bar.high);
    number_or_null(json, "low", bar.low);
    json.key("close").number(bar.close.text());
    number_or_null(json, "volume", bar.volume);
    json.end_object();
  }
  json.end_array();
  const Average average = average_close(bars);
  json.key("average");
  average.value ? json.number(*average.value) : json.null();
  json.key("partial");
  series.partial ? json.boolean(*series.partial) : json.null();
  json.key("adjusted").boolean(false);
  if (!average.value) json.key("averageReason").string(to_string(average.missing_because));
}

void write(JsonWriter& json, const stockclient::SymbolMatches& matches, const Presentation&) {
  json.key("matches").begin_array();
  for (const stockclient::SymbolMatch& match : matches.matches) {
    json.begin_object().key("symbol").string(match.symbol).key("name").string(match.name);
    json.key("type").string(match.type).key("region").string(match.region);
    json.key("currency").string(match.currency).key("timezone").string(match.timezone);
    json.key("marketOpen").string(match.market_open);
    json.key("marketClose").string(match.market_close);
    number_or_null(json, "score", match.score);
    json.end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const stockclient::Markets& markets, const Presentation&) {
  json.key("markets").begin_array();
  for (const stockclient::Market& market : markets.markets) {
    json.begin_object().key("type").string(market.type).key("region").string(market.region);
    json.key("exchanges").begin_array();
    for (const std::string& exchange : market.exchanges) json.string(exchange);
    json.end_array().key("open").string(market.open).key("close").string(market.close);
    json.key("status").string(market.status);
    string_or_null(json, "notes", market.notes);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string data_json(const stockclient::Record& record, const Presentation& presentation) {
  JsonWriter json;
  json.begin_object();
  std::visit([&](const auto& data) { write(json, data, presentation); }, record.data);
  provenance(json, record, presentation);
  json.end_object();
  return std::move(json).text();
}

}  // namespace service
