#pragma once
/// Converts answers of the stock client to HTTP responses.

#include <span>
#include <string>

#include "service/http/http_message.h"
#include "service/quotes/representation.h"
#include "stockclient/domain/answer.h"

namespace service {

/// A 200 with the representation, or a 304 if the caller's If-None-Match header names it.
[[nodiscard]] HttpResponse data_response(const stockclient::Answer& answer,
                                         const Representation& representation,
                                         std::string_view if_none_match);

/// Whether an If-None-Match header matches an entity tag (RFC 9110, section 13.1.2: `*`, lists,
/// weak comparison).
[[nodiscard]] bool matches_entity_tag(std::string_view if_none_match, std::string_view etag);

/// Adds Age, X-Cache and Cache-Status for a response made from these answers. Age is that of the
/// oldest answer; X-Cache is STALE if any answer is stale, else MISS if any was fetched, else HIT.
void add_cache_headers(Headers& headers, std::span<const stockclient::Answer> answers);

}  // namespace service
