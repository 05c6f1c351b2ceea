#include "stockclient/simulator/answers.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "stockclient/simulator/notices.h"
#include "stockclient/simulator/series.h"
#include "stockclient/simulator/text.h"

namespace stockclient::simulator {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::sys_days;

constexpr int kCompactRows = 100;

std::string text_of(const Json& json) {
  return json.dump(4, ' ', false, Json::error_handler_t::replace);
}

/// The decimal text of a number scaled by 10^`digits`, with that many digits after the point.
std::string decimal(std::int64_t scaled, int digits) {
  std::int64_t divisor = 1;
  for (int i = 0; i < digits; ++i) divisor *= 10;
  const std::int64_t magnitude = scaled < 0 ? -scaled : scaled;
  std::string fraction = std::to_string(magnitude % divisor);
  fraction.insert(0, static_cast<std::size_t>(digits) - fraction.size(), '0');
  return (scaled < 0 ? "-" : "") + std::to_string(magnitude / divisor) + '.' + fraction;
}

/// Formats whole cents with four decimals, as Alpha Vantage does.
std::string price(std::int64_t cents) {
  return decimal(cents * 100, 4);
}

std::string iso_date(sys_days day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

bool is_unknown(std::string_view upper_symbol) {
  return upper_symbol.starts_with("UNKNOWN");
}

std::string global_quote(const Request& request, sys_days today, Distortion distortion) {
  const std::string symbol = to_upper(request.parameter("symbol"));
  if (symbol.empty()) return invalid_call("GLOBAL_QUOTE");
  const bool delayed = request.parameter("entitlement") == "delayed";
  Json quote = Json::object();
  if (!is_unknown(symbol)) {
    const sys_days day = trading_day_at(today);
    const DailyBar bar = daily_bar(symbol, day);
    const std::int64_t before = daily_bar(symbol, trading_day_before(day)).close;
    const std::int64_t change = bar.close - before;
    quote["01. symbol"] = distortion.wrong_symbol ? "NOT." + symbol : symbol;
    quote["02. open"] = price(bar.open);
    quote["03. high"] = price(bar.high);
    quote["04. low"] = price(bar.low);
    quote["05. price"] = price(distortion.zero_price ? 0 : bar.close);
    quote["06. volume"] = std::to_string(bar.volume);
    quote["07. latest trading day"] = iso_date(day);
    quote["08. previous close"] = price(before);
    quote["09. change"] = price(change);
    quote["10. change percent"] = decimal(change * 1'000'000 / before, 4) + '%';
  }
  Json answer;
  answer[delayed ? "Global Quote - DATA DELAYED BY 15 MINUTES" : "Global Quote"] = std::move(quote);
  return text_of(answer);
}

std::string time_series_daily(const Request& request, sys_days today, Distortion distortion) {
  if (request.parameter("outputsize") == "full") return premium_full_output();
  const std::string symbol = to_upper(request.parameter("symbol"));
  if (symbol.empty() || is_unknown(symbol)) return invalid_call("TIME_SERIES_DAILY");
  sys_days day = trading_day_at(today);
  Json answer;
  Json& meta = answer["Meta Data"];
  meta["1. Information"] = "Daily Prices (open, high, low, close) and Volumes";
  meta["2. Symbol"] = distortion.wrong_symbol ? "NOT." + symbol : symbol;
  meta["3. Last Refreshed"] = iso_date(day);
  meta["4. Output Size"] = "Compact";
  meta["5. Time Zone"] = "US/Eastern";
  Json& series = answer["Time Series (Daily)"];
  for (int row = 0; row < kCompactRows; ++row, day = trading_day_before(day)) {
    const DailyBar bar = daily_bar(symbol, day);
    Json& values = series[iso_date(day)];
    values["1. open"] = price(bar.open);
    values["2. high"] = price(bar.high);
    values["3. low"] = price(bar.low);
    values["4. close"] = price(distortion.zero_price ? 0 : bar.close);
    values["5. volume"] = std::to_string(bar.volume);
  }
  return text_of(answer);
}

struct Listing {
  const char* suffix;
  const char* region;
  const char* open;
  const char* close;
  const char* timezone;
  const char* currency;
  const char* score;
};
constexpr std::array<Listing, 3> kListings{
    {{"", "United States", "09:30", "16:00", "UTC-04", "USD", "1.0000"},
     {".LON", "United Kingdom", "08:00", "16:30", "UTC+01", "GBX", "0.7273"},
     {".DEX", "XETRA", "08:00", "20:00", "UTC+02", "EUR", "0.6154"}}};

std::string symbol_search(const Request& request) {
  const std::string_view keywords = request.parameter("keywords");
  if (keywords.empty()) return invalid_call("SYMBOL_SEARCH");
  std::string stem = to_upper(keywords);
  std::erase_if(stem, [](char c) { return !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'); });
  Json matches = Json::array();
  if (!stem.empty() && !is_unknown(stem)) {
    for (const Listing& listing : kListings) {
      Json match;
      match["1. symbol"] = stem.substr(0, 8) + listing.suffix;
      match["2. name"] = stem + " (simulated)";
      match["3. type"] = "Equity";
      match["4. region"] = listing.region;
      match["5. marketOpen"] = listing.open;
      match["6. marketClose"] = listing.close;
      match["7. timezone"] = listing.timezone;
      match["8. currency"] = listing.currency;
      match["9. matchScore"] = listing.score;
      matches.push_back(std::move(match));
    }
  }
  Json answer;
  answer["bestMatches"] = std::move(matches);
  return text_of(answer);
}

struct MarketRow {
  const char* type;
  const char* region;
  const char* exchanges;
  const char* open;
  const char* close;
  const char* status;
};
constexpr std::array<MarketRow, 6> kMarkets{
    {{"Equity", "United States", "NASDAQ, NYSE, AMEX, BATS", "09:30", "16:15", "open"},
     {"Equity", "Canada", "Toronto, Toronto Ventures", "09:30", "16:00", "open"},
     {"Equity", "United Kingdom", "London", "08:00", "16:30", "closed"},
     {"Equity", "Germany", "XETRA, Berlin, Frankfurt, Munich, Stuttgart", "08:00", "20:00", "open"},
     {"Forex", "Global", "Global", "00:00", "23:59", "open"},
     {"Cryptocurrency", "Global", "Global", "00:00", "23:59", "open"}}};

std::string market_status() {
  Json answer;
  answer["endpoint"] = "Global Market Open & Close Status";
  Json& markets = answer["markets"];
  for (const MarketRow& row : kMarkets) {
    Json market;
    market["market_type"] = row.type;
    market["region"] = row.region;
    market["primary_exchanges"] = row.exchanges;
    market["local_open"] = row.open;
    market["local_close"] = row.close;
    market["current_status"] = row.status;
    market["notes"] = "";
    markets.push_back(std::move(market));
  }
  return text_of(answer);
}

}  // namespace

std::string answer_query(const Request& request, sys_days today, Distortion distortion) {
  if (request.parameter("apikey").empty()) return key_missing();
  const std::string_view function = request.parameter("function");
  if (function == "GLOBAL_QUOTE") return global_quote(request, today, distortion);
  if (function == "TIME_SERIES_DAILY") return time_series_daily(request, today, distortion);
  if (function == "SYMBOL_SEARCH") return symbol_search(request);
  if (function == "MARKET_STATUS") return market_status();
  constexpr std::array<std::string_view, 3> kPremium{
      "TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_INTRADAY", "REALTIME_BULK_QUOTES"};
  if (std::find(kPremium.begin(), kPremium.end(), function) != kPremium.end()) {
    return premium_endpoint();
  }
  return unknown_function(function);
}

std::string_view subject_of(const Request& request) noexcept {
  const std::string_view symbol = request.parameter("symbol");
  return symbol.empty() ? request.parameter("keywords") : symbol;
}

}  // namespace stockclient::simulator
