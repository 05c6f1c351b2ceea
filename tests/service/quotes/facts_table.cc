#include "tests/service/quotes/facts_table.h"

#include <utility>

namespace service {
namespace {

using stockclient::TransportError;
using stockclient::TransportFault;
using stockclient::TransportResponse;
using stockclient::TransportResult;

constexpr const char* kQuote = "/stocks/ACME";
constexpr const char* kHistory = "/stocks/ACME/history";
constexpr const char* kSearch = "/search?q=acme";
constexpr const char* kInvalidCall =
    R"({"Error Message": "Invalid API call. Please retry or visit the documentation."})";

TransportResult body(std::string text, int status = 200) {
  return TransportResponse{status, std::move(text), std::nullopt};
}
TransportResult notice(const std::string& text) {
  return body(R"({"Information": ")" + text + R"("})");
}
TransportResult message(const std::string& text) {
  return body(R"({"Error Message": ")" + text + R"("})");
}
TransportResult status(int code, std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return TransportResponse{code, "<html>no</html>", retry_after};
}
TransportResult fault(TransportFault what) {
  return circuitbreaker::unexpected<TransportError>(TransportError{what, "no answer"});
}

/// The fields of a quote in which the rows differ.
struct QuoteParts {
  std::string price = "121.74";
  /// The volume; empty: left out.
  std::string volume = "5";
  std::string symbol = "ACME";
  std::string open = "121";
  std::string trading_day = "2026-11-20";
};

TransportResult quote(const QuoteParts& parts) {
  const std::string volume =
      parts.volume.empty() ? "" : R"("06. volume": ")" + parts.volume + R"(", )";
  return body(R"({"Global Quote": {"01. symbol": ")" + parts.symbol + R"(", "02. open": ")" +
              parts.open + R"(", "03. high": "123", "04. low": "119", "05. price": ")" +
              parts.price + R"(", )" + volume + R"("07. latest trading day": ")" +
              parts.trading_day + R"(", "08. previous close": "122", "09. change": "-0.26", )" +
              R"("10. change percent": "-0.2131%"}})");
}

/// A history of two bars, the newer of which has this close and this low.
TransportResult history(const std::string& close, const std::string& low) {
  return body(R"json({"Meta Data": {"2. Symbol": "ACME"}, "Time Series (Daily)": {
      "2026-11-20": {"1. open": "2", "2. high": "2", "3. low": ")json" +
              low + R"json(", "4. close": ")json" + close + R"json(", "5. volume": "1"},
      "2026-11-19": {"1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1"}}})json");
}

std::vector<FactsRow> data_rows() {
  std::vector<FactsRow> rows;
  const auto good = [&rows](std::string name, const char* target, TransportResult answer,
                            std::string shows, std::string figure = {}) {
    rows.push_back({std::move(name), target, std::move(answer), "success", "success"});
    rows.back().shows = std::move(shows);
    rows.back().figure = std::move(figure);
  };
  good("Data", kQuote, quote({}), R"("price":121.74,)");
  good("VolumeMissing", kQuote, quote({.volume = ""}), R"("volume":null,)");
  good("VolumeDash", kQuote, quote({.volume = "-"}), R"("volume":null,)");
  good("VolumeUnreadable", kQuote, quote({.volume = "1.5E6"}), R"("volume":null,)", "volume");
  good("OpenUnreadable", kQuote, quote({.open = "N/A"}), R"("open":null,)", "open");
  good("TradingDayUnreadable", kQuote, quote({.trading_day = "2026-11-20 16:00:00"}),
       R"("tradingDay":null,)", "trading_day");
  good("LowOfABarUnreadable", kHistory, history("2", "0.0000"), R"("low":null,"close":2,)", "low");
  good("CloseOfABarUnreadable", kHistory, history("0.0000", "2"),
       R"("bars":[{"date":"2026-11-19",)", "close");

  const auto faulty = [&rows](const std::string& name, TransportResult answer, std::string figure,
                              bool only_known = false) {
    FactsRow row{name, kQuote, std::move(answer), "data_fault", "ignored",
                 1,    502,    "upstream_failure"};
    row.figure = std::move(figure);
    if (!only_known) rows.push_back(row);
    row.name += "WhenKnown";
    row.status = 200;
    row.code = "data_fault";
    row.before = Before::known;
    row.shows = R"("price":100,)";
    rows.push_back(row);
  };
  faulty("PriceMissing", body(R"({"Global Quote": {"01. symbol": "ACME"}})"), "price");
  faulty("PriceNoNumber", quote({.price = "NaN"}), "price");
  faulty("PriceZero", quote({.price = "0.0000"}), "price");
  faulty("PriceNegative", quote({.price = "-1"}), "price");
  faulty("AnothersData", quote({.symbol = "OTHER"}), "symbol");
  faulty("FutureDay", quote({.trading_day = "2026-11-21"}), "trading_day");
  faulty("OlderDay", quote({.trading_day = "2026-11-19"}), "trading_day", true);
  for (FactsRow& row : rows) row.remembered = true;
  return rows;
}

std::vector<FactsRow> unknown_rows() {
  const std::vector<std::pair<std::string, TransportResult>> empties{
      {"EmptyQuote", body(R"({"Global Quote": {}})")},
      {"BareObject", body("{}")},
      {"InvalidCall", body(kInvalidCall)}};
  std::vector<FactsRow> rows;
  for (const auto& [name, answer] : empties) {
    rows.push_back({name, kQuote, answer, "not_found", "ignored", 1, 404, "not_found"});
    rows.push_back({name + "AsAProbe",
                    kQuote,
                    answer,
                    "not_found",
                    "success",
                    1,
                    404,
                    "not_found",
                    {},
                    Before::half_open});
    rows.push_back({name + "WhenKnown",
                    kQuote,
                    answer,
                    "data_missing",
                    "ignored",
                    1,
                    200,
                    "data_missing",
                    {},
                    Before::known});
    rows.push_back({name + "OfAHistory", kHistory, answer,
                    name == "EmptyQuote" ? "data_fault" : "not_found", "ignored", 1,
                    name == "EmptyQuote" ? 502 : 404,
                    name == "EmptyQuote" ? "upstream_failure" : "not_found"});
  }
  rows.push_back({"EmptyMatches", kSearch, body(R"({"bestMatches": []})"), "not_found", "ignored"});
  rows.push_back({"BareObjectOfASearch", kSearch, body("{}"), "not_found", "ignored"});
  for (FactsRow& row : rows) {
    row.remembered = true;
    if (row.before == Before::known) row.shows = R"("price":100,)";
    if (row.target == kSearch) row.shows = R"("matches":[],)";
    if (row.answer_class == "data_fault") row.figure = "form";
  }
  return rows;
}

/// The rows for `our_fault`, `misconfigured` and `unsupported`.
std::vector<FactsRow> refusal_rows() {
  std::vector<FactsRow> rows;
  for (auto& [name, answer] : std::vector<std::pair<std::string, TransportResult>>{
           {"NoSuchFunction", message("This API function (X) does not exist.")},
           {"MissingParameter", message("the required parameter symbol is missing")}})
    rows.push_back({name, kQuote, answer, "our_fault", "ignored", 1, 500, "internal"});
  for (auto& [name, answer] : std::vector<std::pair<std::string, TransportResult>>{
           {"KeyInvalid", message("the parameter apikey is invalid or missing")},
           {"KeyDoubtful", message("Please make sure your API key is valid.")},
           {"KeySuspended", notice("Your API key has been suspended.")},
           {"KeyDemo", notice("The **demo** API key is for demo purposes only.")}})
    rows.push_back(
        {name, kQuote, answer, "misconfigured", "ignored", 1, 503, "misconfigured", "300"});
  for (FactsRow& row : rows) row.alert = true;
  for (auto& [name, answer] : std::vector<std::pair<std::string, TransportResult>>{
           {"PremiumEndpoint", notice("Thank you! This is a premium endpoint.")},
           {"NotEntitled", notice("You are not entitled to realtime data.")},
           {"ArtificialSample",
            body(R"({"message": "ARTIFICIAL data", "Global Quote": {"01. symbol": "ACME"}})")}})
    rows.push_back({name, kQuote, answer, "unsupported", "ignored", 1, 501, "unsupported"});
  rows.push_back(rows.back());
  rows.back().name += "WhenKnown";
  rows.back().status = 200;
  rows.back().before = Before::known;
  for (FactsRow& row : rows) row.remembered = true;
  return rows;
}

std::vector<FactsRow> throttle_rows() {
  const auto held = [](std::string name, TransportResult answer, int calls, std::string retry) {
    return FactsRow{std::move(name), kQuote, std::move(answer),    "throttled",     "ignored",
                    calls,           503,    "upstream_throttled", std::move(retry)};
  };
  std::vector<FactsRow> rows{
      held("ThrottledASecond", notice("Consider spreading out your requests."), 2, "2"),
      held("ThrottledAMinute", notice("Our standard call frequency is 5 calls per minute."), 1,
           "60"),
      held("ThrottledInUnknownWords", notice("Bananas are ripe."), 1, "60"),
      // The time is 19:00 in New York, five hours before the quota is reset.
      held("ThrottledADay", notice("our rate limit is 25 requests per day"), 1, "3600"),
      held("TooManyRequests", status(429), 1, "60"),
      held("TooManyRequestsUntil", status(429, std::chrono::seconds(7)), 1, "7"),
  };
  rows[2].odd = "unknown_notice";
  rows[2].alert = true;
  // The client waits until a hold of one second ends, so the next request makes a call again.
  for (FactsRow& row : rows) row.remembered = row.name != "ThrottledASecond";
  return rows;
}

std::vector<FactsRow> failure_rows() {
  std::vector<FactsRow> rows;
  const auto failing = [&rows](std::string name, TransportResult answer, int calls) {
    rows.push_back({std::move(name), kQuote, std::move(answer), "upstream_failure", "failure",
                    calls, 502, "upstream_failure"});
  };
  const auto odd = [&rows](std::string kind) {
    rows.back().odd = std::move(kind);
    rows.back().alert = true;
  };
  failing("OtherErrorMessage", message("Something is broken."), 2);
  odd("unknown_error");
  failing("InternalErrorWithASampleLink",
          message("Internal error. Try https://www.alphavantage.co/query?apikey=demo instead."), 2);
  odd("unknown_error");
  failing("Maintenance", notice("We are down for maintenance."), 2);
  failing("GatewaysOwnMessage", body(R"({"message": "Endpoint is resting"})"), 2);
  odd("unknown_error");
  failing("ObjectOfNeither", body(R"({"hello": "world"})"), 2);
  odd("unknown_form");
  failing("EmptyBody", body(""), 3);
  failing("Html", body("<html>down</html>"), 3);
  failing("BrokenJson", body("{\"Global Quote\": {"), 3);
  failing("BrokenUtf8", body("{\"Global Quote\": \"\xC3\"}"), 3);
  failing("NoObject", body("[1]"), 3);
  failing("TooDeep", body("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"), 3);
  failing("TooLarge", fault(TransportFault::too_large), 3);
  failing("ServerError", status(500), 3);
  failing("HtmlOf503", status(503), 3);
  failing("NoSuchHost", fault(TransportFault::dns), 3);
  failing("ConnectionRefused", fault(TransportFault::connect), 3);
  failing("ConnectionReset", fault(TransportFault::reset), 3);
  failing("CertificateRefused", fault(TransportFault::tls), 1);
  odd("certificate_refused");
  rows.push_back({"Timeout", kQuote, fault(TransportFault::timeout), "timeout", "timeout", 3, 504,
                  "upstream_timeout"});
  rows.push_back({"NobodyWaitsAnyMore", kQuote, fault(TransportFault::cancelled), "cancelled",
                  "ignored", 1, 502, "upstream_failure"});
  const auto blocked = [&rows](std::string name, TransportResult answer) {
    rows.push_back({std::move(name), kQuote, std::move(answer), "blocked", "ignored", 1, 502,
                    "upstream_failure", "60", Before::nothing_known, true, true});
  };
  for (const int code : {302, 403, 400}) blocked("Blocked" + std::to_string(code), status(code));
  blocked("AddressBlocked", notice("Your IP address has been blocked."));
  blocked("ProxyRefuses", status(407));
  rows.back().odd = "proxy_refused";
  blocked("BlockedWhenKnown", status(403));
  rows.back().status = 200;
  rows.back().code = "blocked";
  rows.back().retry_after = "";
  rows.back().before = Before::known;
  return rows;
}

}  // namespace

std::vector<FactsRow> facts_table() {
  std::vector<FactsRow> table;
  for (auto* part : {&data_rows, &unknown_rows, &refusal_rows, &throttle_rows, &failure_rows})
    for (FactsRow& row : (*part)()) table.push_back(std::move(row));
  return table;
}

}  // namespace service
