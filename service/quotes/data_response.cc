#include "service/quotes/data_response.h"

#include <algorithm>

namespace service {
namespace {

using stockclient::Answer;
using stockclient::CacheResult;

std::int64_t whole_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::floor<std::chrono::seconds>(duration).count();
}

/// The value of Cache-Status (RFC 9211). Its ttl is the rest of the value's lifetime in this
/// service, of which max-age tells at most 5 minutes; a negative ttl says how long ago the value
/// became stale.
std::string cache_status(const Answer& worst, const Answer& oldest) {
  std::string text = "stock-service; ";
  text += worst.cache_result == CacheResult::miss ? "fwd=uri-miss; stored" : "hit";
  text += "; ttl=" + std::to_string(whole_seconds(oldest.fresh_ttl) - whole_seconds(oldest.age));
  if (worst.stale_reason)
    text += "; detail=" + std::string(stockclient::to_string(*worst.stale_reason));
  return text;
}

/// Rank by importance to the caller: stale, then fetched, then cached.
int rank(const Answer& answer) {
  if (answer.stale()) return 2;
  return answer.cache_result == CacheResult::miss ? 1 : 0;
}

}  // namespace

bool matches_entity_tag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const std::size_t start = if_none_match.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return false;
    if_none_match.remove_prefix(start);
    if (if_none_match.front() == '*') return true;
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (!if_none_match.starts_with('"')) return false;
    const std::size_t end = if_none_match.find('"', 1);
    if (end == std::string_view::npos) return false;
    const std::string_view tag = if_none_match.substr(0, end + 1);
    if_none_match.remove_prefix(end + 1);
    if_none_match.remove_prefix(
        std::min(if_none_match.find_first_not_of(" \t"), if_none_match.size()));
    if (!if_none_match.empty() && if_none_match.front() != ',') return false;
    if (tag == etag) return true;
  }
  return false;
}

void add_cache_headers(Headers& headers, std::span<const Answer> answers) {
  const auto oldest =
      std::max_element(answers.begin(), answers.end(),
                       [](const Answer& a, const Answer& b) { return a.age < b.age; });
  const auto worst =
      std::max_element(answers.begin(), answers.end(),
                       [](const Answer& a, const Answer& b) { return rank(a) < rank(b); });
  static constexpr const char* kNames[] = {"HIT", "MISS", "STALE"};
  headers.emplace_back("Age", std::to_string(whole_seconds(oldest->age)));
  headers.emplace_back("X-Cache", kNames[rank(*worst)]);
  headers.emplace_back("Cache-Status", cache_status(*worst, *oldest));
}

HttpResponse data_response(const Answer& answer, const Representation& representation,
                           std::string_view if_none_match) {
  HttpResponse response;
  response.prepared_headers = representation.headers;
  response.headers.reserve(4);
  add_cache_headers(response.headers, {&answer, 1});
  if (matches_entity_tag(if_none_match, representation.etag)) {
    response.status = 304;
  } else {
    response.body = representation.body;
  }
  return response;
}

}  // namespace service
