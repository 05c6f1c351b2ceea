#include "service/http/problem.h"

#include <algorithm>
#include <array>

#include "service/json/json_writer.h"
#include "service/json/time_text.h"

namespace service {
namespace {

struct CodeRow {
  ProblemCode code;
  std::string_view name;
  int status;
  bool retryable;
};

// Indexed by `ProblemCode`.
constexpr std::array<CodeRow, 17> kCodes{{
    {ProblemCode::bad_request, "bad_request", 400, false},
    {ProblemCode::unauthorized, "unauthorized", 401, false},
    {ProblemCode::not_found, "not_found", 404, false},
    {ProblemCode::method_not_allowed, "method_not_allowed", 405, false},
    {ProblemCode::request_timeout, "request_timeout", 408, true},
    {ProblemCode::payload_too_large, "payload_too_large", 413, false},
    {ProblemCode::uri_too_long, "uri_too_long", 414, false},
    {ProblemCode::headers_too_large, "headers_too_large", 431, false},
    {ProblemCode::too_many_requests, "too_many_requests", 429, true},
    {ProblemCode::internal, "internal", 500, false},
    {ProblemCode::unsupported, "unsupported", 501, false},
    {ProblemCode::upstream_failure, "upstream_failure", 502, true},
    {ProblemCode::circuit_open, "circuit_open", 503, true},
    {ProblemCode::upstream_throttled, "upstream_throttled", 503, true},
    {ProblemCode::misconfigured, "misconfigured", 503, true},
    {ProblemCode::overloaded, "overloaded", 503, true},
    {ProblemCode::upstream_timeout, "upstream_timeout", 504, true},
}};

const CodeRow& row_of(ProblemCode code) noexcept {
  return kCodes[static_cast<std::size_t>(code)];
}

}  // namespace

std::string_view to_string(ProblemCode code) noexcept {
  return row_of(code).name;
}
int status_of(ProblemCode code) noexcept {
  return row_of(code).status;
}
bool retryable(ProblemCode code) noexcept {
  return row_of(code).retryable;
}

std::string_view reason_phrase(int status) noexcept {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr std::array<Phrase, 18> kPhrases{{
      {200, "OK"},
      {204, "No Content"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {413, "Payload Too Large"},
      {414, "URI Too Long"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  }};
  const auto* found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                   [status](const Phrase& p) { return p.status == status; });
  return found == kPhrases.end() ? std::string_view() : found->text;
}

std::optional<std::int64_t> retry_after_of(const Problem& problem) {
  if (problem.retry_after) return retry_after_seconds(*problem.retry_after);
  const int status = status_of(problem.code);
  if (status == 429 || status == 503) return 1;
  return std::nullopt;
}

HttpResponse problem_response(const Problem& problem) {
  const int status = status_of(problem.code);
  const std::optional<std::int64_t> wait = retry_after_of(problem);

  JsonWriter json;
  json.begin_object().key("type").string("about:blank");
  json.key("title").string(reason_phrase(status)).key("status").number(status);
  json.key("detail").string(problem.detail);
  json.key("code").string(to_string(problem.code));
  json.key("retryable").boolean(retryable(problem.code));
  if (!problem.symbol.empty()) json.key("symbol").string(problem.symbol);
  if (!problem.parameter.empty()) json.key("parameter").string(problem.parameter);
  if (wait) json.key("retryAfterSeconds").number(*wait);
  json.end_object();

  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.headers.emplace_back("Cache-Control", "no-store");
  if (wait) response.headers.emplace_back("Retry-After", std::to_string(*wait));
  response.body = std::make_shared<const std::string>(std::move(json).text());
  return response;
}

ProblemCode problem_code(std::string_view name) noexcept {
  const auto* found = std::find_if(kCodes.begin(), kCodes.end(),
                                   [name](const CodeRow& row) { return row.name == name; });
  return found == kCodes.end() ? ProblemCode::bad_request : found->code;
}

}  // namespace service
