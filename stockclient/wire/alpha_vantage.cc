#include "stockclient/wire/alpha_vantage.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "stockclient/wire/classify.h"
#include "stockclient/wire/faults.h"

namespace stockclient {
namespace {

using circuitbreaker::unexpected;

/// The characters that need no percent-encoding (RFC 3986, section 2.3).
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

AlphaVantage::AlphaVantage(AlphaVantageSettings settings, Transport& transport,
                           const WallClock& wall, Observer& observer)
    : settings_(std::move(settings)), transport_(transport), wall_(wall), observer_(observer) {
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
    TransportResult result = transport_.get(target_for(query), timeout, std::move(stop));
    if (!result) return unexpected<Failure>(classify(result.error()));
    ClassifiedAnswer answer = classify(query, *result, wall_.now());
    report(query, answer.unreadable);
    if (!answer.result) return unexpected<Failure>(std::move(answer.result.error()));
    return UpstreamAnswer(*std::move(answer.result), std::move(result->body));
  } catch (...) {
    // Memory ran out, which says nothing about the upstream. The text is short enough for the
    // string's inline buffer, so it needs no memory.
    return unexpected<Failure>(our_fault("internal error"));
  }
}

void AlphaVantage::report(const Query& query, const UnreadableFigures& unreadable) const noexcept {
  if (unreadable.empty()) return;
  for (std::size_t i = 0; i < kFigureCount; ++i) {
    const auto figure = static_cast<Figure>(i);
    if (const std::uint32_t count = unreadable.count(figure); count > 0) {
      observer_.figures_unreadable(query, figure, count);
    }
  }
}

}  // namespace stockclient
