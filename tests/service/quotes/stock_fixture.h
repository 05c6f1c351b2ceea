#pragma once
/// The data endpoints over a scripted upstream, with data for its answers.

#include "tests/service/api_fixture.h"

namespace service {

using stockclient::AttemptResult;
using stockclient::Data;
using stockclient::Decimal;
using stockclient::Function;
using stockclient::Query;
using stockclient::testing::quote_of;

inline Decimal decimal(const char* text) {
  return *Decimal::parse(text);
}

inline stockclient::Quote full_quote() {
  stockclient::Quote quote = quote_of("IBM", "121.7400");
  quote.open = decimal("120.0000");
  quote.high = decimal("122.5");
  quote.low = decimal("119");
  quote.previous_close = decimal("120.41");
  quote.change = decimal("1.3300");
  quote.change_percent = decimal("1.1046");
  quote.volume = 3812345;
  quote.trading_day = "2026-11-20";
  return quote;
}

inline stockclient::DailySeries series(std::size_t bars) {
  stockclient::DailySeries series;
  series.symbol = "IBM";
  for (std::size_t i = 0; i < bars; ++i) {
    const std::string close = std::to_string(i + 1);
    series.bars.push_back({"2026-11-" + std::to_string(20 - i % 20), decimal("1"), decimal("2"),
                           decimal("0.5"), *Decimal::parse(close), 10});
  }
  return series;
}

class StockHandlers : public ApiTest {
 protected:
  void answers(const Data& data) {
    upstream.answers([data](const Query&, auto, const auto&) -> AttemptResult { return data; });
  }
  void expect_bad(const std::string& target, const std::string& parameter) {
    const HttpResponse response = get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(response.content_type, "application/problem+json");
    const json problem = json_of(response);
    EXPECT_EQ(problem["code"], "bad_request");
    EXPECT_EQ(problem.value("parameter", ""), parameter) << target;
    EXPECT_EQ(upstream.calls(), 0u) << target;
  }
};

}  // namespace service
