#include "stockclient/wire/alpha_vantage.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "stockclient/wire/classify.h"
#include "stockclient/wire/faults.h"

namespace stockclient {
namespace {

using circuitbreaker::unexpected;

/// RFC 3986, section 2.3: everything but the unreserved characters is encoded.
bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_parameter(std::string& target, std::string_view name, std::string_view value) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  target += '&';
  target += name;
  target += '=';
  for (const char c : value) {
    if (is_unreserved(c)) {
      target += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    target += '%';
    target += kHex[byte >> 4];
    target += kHex[byte & 0xF];
  }
}

}  // namespace

AlphaVantage::AlphaVantage(AlphaVantageSettings settings, Transport& transport)
    : settings_(std::move(settings)), transport_(transport) {
  if (settings_.api_key.empty()) throw std::invalid_argument("Alpha Vantage needs an API key");
}

std::string AlphaVantage::target_for(const Query& query) const {
  std::string target = "/query?function=";
  target += to_string(query.function);
  switch (query.function) {
    case Function::global_quote:
      append_parameter(target, "symbol", query.argument);
      if (settings_.entitlement) append_parameter(target, "entitlement", *settings_.entitlement);
      break;
    case Function::daily_series:
      append_parameter(target, "symbol", query.argument);
      append_parameter(target, "outputsize", "compact");
      break;
    case Function::symbol_search:
      append_parameter(target, "keywords", query.argument);
      break;
    case Function::market_status:
      break;
  }
  append_parameter(target, "apikey", settings_.api_key.reveal());
  return target;
}

AttemptResult AlphaVantage::fetch(const Query& query, circuitbreaker::Duration timeout,
                                  std::stop_token stop) noexcept {
  try {
    const TransportResult result = transport_.get(target_for(query), timeout, std::move(stop));
    if (!result) return unexpected<Fault>(classify(result.error()));
    return classify(query, *result);
  } catch (...) {
    // Memory ran out, which says nothing of the upstream. The text is short enough to need none.
    return unexpected<Fault>(our_fault("internal error"));
  }
}

}  // namespace stockclient
