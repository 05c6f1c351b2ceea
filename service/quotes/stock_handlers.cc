#include "service/quotes/stock_handlers.h"

#include <algorithm>
#include <charconv>

#include "service/http/request_target.h"
#include "service/json/utf8.h"
#include "service/quotes/batch.h"
#include "service/quotes/currencies.h"
#include "service/quotes/data_response.h"
#include "service/quotes/gather.h"
#include "service/quotes/representation.h"
#include "service/quotes/stock_problem.h"
#include "stockclient/domain/symbol.h"

namespace service {
namespace {

using stockclient::Function;
using stockclient::Outcome;
using stockclient::Query;

constexpr std::size_t kDefaultDays = 7;
constexpr std::size_t kMostDays = 100;
constexpr std::size_t kLongestKeywords = 100;
constexpr std::string_view kSymbolRule =
    "A symbol is 1 to 32 letters, digits or .&:^=_- and begins with a letter, a digit or ^.";

HttpResponse bad_parameter(std::string parameter, std::string_view detail) {
  return problem_response({.code = ProblemCode::bad_request,
                           .detail = std::string(detail),
                           .parameter = std::move(parameter)});
}

/// A parameter's name is text chosen by the caller, so it is repeated only if it is plain.
HttpResponse bad_parameter(const ParameterError& error) {
  const bool plain = std::all_of(error.parameter.begin(), error.parameter.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  const bool repeatable = plain && error.parameter.size() <= 32;
  return bad_parameter(repeatable ? error.parameter : "", error.detail);
}

stockclient::GetOptions options_for(const StockContext& context, const HttpRequest& request) {
  return {.deadline = context.clock.now() + context.client.settings().max_wait,
          .client = request.client_address};
}

/// Answers a query with the rendered record, or with a problem.
HandlerResult answer_one(const StockContext& context, const stockclient::GetOptions& options,
                         std::string if_none_match, Query query, std::size_t days = 0) {
  const bool names_symbol =
      query.function == Function::global_quote || query.function == Function::daily_series;
  std::string symbol = names_symbol ? query.argument : "";
  auto render = [context, days, symbol = std::move(symbol),
                 if_none_match = std::move(if_none_match)](std::vector<Outcome> outcomes) {
    const Outcome& outcome = outcomes.front();
    if (!outcome) return problem_response(to_problem(outcome.error(), symbol));
    if (const auto* matches = std::get_if<stockclient::SymbolMatches>(&outcome->record->data))
      context.currencies.learn(*matches);
    if (outcome->stale_reason) context.stale_answers.count(*outcome->stale_reason);
    const auto stale_if_error = context.client.settings().stale_if_error;
    return data_response(*outcome, *context.representations.of(*outcome, days, stale_if_error),
                         if_none_match);
  };
  return gather(context.client, {std::move(query)}, options, std::move(render));
}

HandlerResult answer_one(const StockContext& context, const HttpRequest& request, Query query,
                         std::size_t days = 0) {
  return answer_one(context, options_for(context, request), request.header_list("If-None-Match"),
                    std::move(query), days);
}

HandlerResult quote(const StockContext& context, const HttpRequest& request,
                    const std::string& text) {
  if (const auto parameters = Parameters::parse(request.query, {}); !parameters)
    return bad_parameter(parameters.error());
  std::optional<std::string> symbol = stockclient::parse_symbol(text);
  if (!symbol) return bad_parameter("symbol", kSymbolRule);
  return answer_one(context, request, {Function::global_quote, std::move(*symbol)});
}

HandlerResult history(const StockContext& context, const HttpRequest& request,
                      const std::string& text) {
  const auto parameters = Parameters::parse(request.query, {"days"});
  if (!parameters) return bad_parameter(parameters.error());
  std::optional<std::string> symbol = stockclient::parse_symbol(text);
  if (!symbol) return bad_parameter("symbol", kSymbolRule);
  std::size_t days = kDefaultDays;
  if (const std::string* given = parameters->find("days")) {
    const char* end = given->data() + given->size();
    const auto [rest, error] = std::from_chars(given->data(), end, days);
    if (error != std::errc() || rest != end || days < 1 || days > kMostDays)
      return bad_parameter("days", "days counts daily bars: a whole number from 1 to 100.");
  }
  return answer_one(context, request, {Function::daily_series, std::move(*symbol)}, days);
}

/// The canonical form of equivalent keywords: trimmed, with single spaces, ASCII letters in lower
/// case. Empty if the text has control characters or is not 1 to 100 bytes long.
std::optional<std::string> normal_keywords(const std::string& text) {
  std::string keywords;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return std::nullopt;
    if (c == ' ') {
      if (!keywords.empty() && keywords.back() != ' ') keywords += c;
    } else {
      keywords += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  if (keywords.ends_with(' ')) keywords.pop_back();
  if (keywords.empty() || keywords.size() > kLongestKeywords) return std::nullopt;
  return keywords;
}

HandlerResult search(const StockContext& context, const HttpRequest& request) {
  const auto parameters = Parameters::parse(request.query, {"q"});
  if (!parameters) return bad_parameter(parameters.error());
  const std::string* given = parameters->find("q");
  std::optional<std::string> keywords = given ? normal_keywords(*given) : std::nullopt;
  if (!keywords || !is_utf8(*keywords))
    return bad_parameter("q", "q is the text to search for: 1 to 100 bytes of UTF-8.");
  return answer_one(context, request, {Function::symbol_search, std::move(*keywords)});
}

HandlerResult markets(const StockContext& context, const HttpRequest& request) {
  if (const auto parameters = Parameters::parse(request.query, {}); !parameters)
    return bad_parameter(parameters.error());
  return answer_one(context, request, {Function::market_status, {}});
}

HandlerResult batch(const StockContext& context, const HttpRequest& request) {
  const auto parameters = Parameters::parse(request.query, {"symbols"});
  if (!parameters) return bad_parameter(parameters.error());
  const std::string* symbols = parameters->find("symbols");
  Batch asked = parse_batch(symbols ? *symbols : "");
  if (asked.items.empty() || asked.items.size() > kMostBatchItems)
    return bad_parameter("symbols", "symbols is a list of 1 to 100 symbols, separated by commas.");
  auto render = [context, asked, if_none_match = request.header_list("If-None-Match")](
                    std::vector<Outcome> outcomes) {
    for (const Outcome& outcome : outcomes)
      if (outcome && outcome->stale_reason) context.stale_answers.count(*outcome->stale_reason);
    return batch_response(asked, outcomes, context.representations,
                          context.client.settings().stale_if_error, if_none_match);
  };
  return gather(context.client, asked.queries, options_for(context, request), std::move(render));
}

}  // namespace

HandlerResult refreshed_quote(const StockContext& context, const HttpRequest& request,
                              const std::string& text) {
  std::optional<std::string> symbol = stockclient::parse_symbol(text);
  if (!symbol) return bad_parameter("symbol", kSymbolRule);
  stockclient::GetOptions options = options_for(context, request);
  options.refresh = true;
  return answer_one(context, options, {}, {Function::global_quote, std::move(*symbol)});
}

HandlerResult forget_symbol(const StockContext& context, const std::string& text) {
  const std::optional<std::string> symbol = stockclient::parse_symbol(text);
  if (!symbol) return bad_parameter("symbol", kSymbolRule);
  context.client.forget(*symbol);
  HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

void add_stock_routes(Router& router, StockContext context) {
  const std::vector<int> statuses{200, 304, 400, 404, 429, 500, 501, 502, 503, 504};
  const std::vector<int> search_statuses{200, 304, 400, 429, 500, 501, 502, 503, 504};
  const std::vector<int> batch_statuses{200, 304, 400, 500};
  router.add(
      {"GET", "/stocks/{symbol}", statuses,
       [context](const HttpRequest& r, const std::string& s) { return quote(context, r, s); }});
  router.add(
      {"GET", "/stocks/{symbol}/history", statuses,
       [context](const HttpRequest& r, const std::string& s) { return history(context, r, s); }});
  router.add({"GET", "/stocks", batch_statuses,
              [context](const HttpRequest& r, const std::string&) { return batch(context, r); }});
  router.add({"GET", "/search", search_statuses,
              [context](const HttpRequest& r, const std::string&) { return search(context, r); }});
  router.add({"GET", "/markets", statuses,
              [context](const HttpRequest& r, const std::string&) { return markets(context, r); }});
}

}  // namespace service
