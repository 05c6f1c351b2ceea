#pragma once
/// From the stock client's outcome to the HTTP response: status, validators, cache headers.

#include <span>
#include <string>

#include "service/http/http_message.h"
#include "service/quotes/representation.h"
#include "stockclient/domain/answer.h"

namespace service {

/// The 200 that shows `representation`, or 304 when the caller has it already (`if_none_match`).
[[nodiscard]] HttpResponse data_response(const stockclient::Answer& answer,
                                         const Representation& representation,
                                         std::string_view if_none_match);

/// Whether an If-None-Match header names this entity tag (RFC 9110, 13.1.2: `*`, lists, weak
/// comparison).
[[nodiscard]] bool matches_entity_tag(std::string_view if_none_match, std::string_view etag);

/// Age, X-Cache and Cache-Status of an answer made of these answers: the oldest one's age, and the
/// least favourable way of the three.
void add_cache_headers(Headers& headers, std::span<const stockclient::Answer> answers);

}  // namespace service
