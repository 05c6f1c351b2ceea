#include "service/quotes/batch.h"

#include <algorithm>

#include "service/json/json_writer.h"
#include "service/quotes/data_response.h"
#include "service/quotes/representation.h"
#include "service/quotes/stock_problem.h"
#include "stockclient/domain/symbol.h"

namespace service {
namespace {

using stockclient::Answer;
using stockclient::Outcome;

void write_error(JsonWriter& json, const std::string& symbol, const Problem& problem) {
  json.begin_object().key("symbol").string(symbol).key("error").begin_object();
  json.key("code").string(to_string(problem.code)).key("status").number(status_of(problem.code));
  json.key("detail").string(problem.detail).key("retryable").boolean(retryable(problem.code));
  if (const auto wait = retry_after_of(problem)) json.key("retryAfterSeconds").number(*wait);
  json.end_object().end_object();
}

std::string_view without_blanks(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

}  // namespace

Batch parse_batch(std::string_view symbols) {
  Batch batch;
  if (symbols.empty()) return batch;
  while (batch.items.size() <= kMostBatchItems) {
    const std::size_t comma = symbols.find(',');
    const std::string_view text = without_blanks(symbols.substr(0, comma));
    BatchItem item{std::string(text), std::nullopt};
    if (std::optional<std::string> symbol = stockclient::parse_symbol(text)) {
      const stockclient::Query query{stockclient::Function::global_quote, *symbol};
      const auto known = std::find(batch.queries.begin(), batch.queries.end(), query);
      item.query = static_cast<std::size_t>(known - batch.queries.begin());
      if (known == batch.queries.end()) batch.queries.push_back(query);
      item.symbol = std::move(*symbol);
    }
    batch.items.push_back(std::move(item));
    if (comma == std::string_view::npos) break;
    symbols.remove_prefix(comma + 1);
  }
  return batch;
}

HttpResponse batch_response(const Batch& batch, std::span<const Outcome> outcomes,
                            Representations& representations,
                            std::optional<std::chrono::nanoseconds> stale_if_error,
                            std::string_view if_none_match) {
  JsonWriter json(batch.items.size() * 400);
  std::vector<Answer> answers;
  std::chrono::nanoseconds fresh_ttl = std::chrono::nanoseconds::max();
  json.begin_object().key("quotes").begin_array();
  for (const BatchItem& item : batch.items) {
    if (!item.query) {
      write_error(json, item.symbol,
                  {.code = ProblemCode::bad_request, .detail = "This is not a valid symbol."});
    } else if (const Outcome& outcome = outcomes[*item.query]; outcome) {
      json.raw(*representations.of(*outcome, 0, stale_if_error)->body);
      answers.push_back(*outcome);
      fresh_ttl = std::min(fresh_ttl, outcome->fresh_ttl);
    } else {
      write_error(json, item.symbol, to_problem(outcome.error(), item.symbol));
    }
  }
  json.end_array().end_object();

  HttpResponse response;
  response.body = std::make_shared<const std::string>(std::move(json).text());
  const bool whole = answers.size() == batch.items.size();
  std::string etag = entity_tag(*response.body);
  response.headers.emplace_back("Cache-Control",
                                whole ? cache_control(fresh_ttl, stale_if_error) : "no-store");
  if (!answers.empty()) add_cache_headers(response.headers, answers);
  if (matches_entity_tag(if_none_match, etag)) {
    response.status = 304;
    response.body = nullptr;
  }
  response.headers.emplace_back("ETag", std::move(etag));
  return response;
}

}  // namespace service
