#include "stockclient/wire/classify.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "stockclient/domain/ascii.h"
#include "stockclient/domain/trading_date.h"
#include "stockclient/wire/data_reader.h"
#include "stockclient/wire/faults.h"
#include "stockclient/wire/json_tree.h"
#include "stockclient/wire/notice.h"

namespace stockclient {
namespace {

using circuitbreaker::unexpected;
using Kind = JsonValue::Kind;

ReadResult fail(Failure fault) {
  return unexpected<Failure>(std::move(fault));
}

/// The failure that a status alone implies; empty if the body decides.
std::optional<Failure> classify_status(const TransportResponse& response) {
  const int status = response.status;
  const std::string named = "the upstream answers with status " + std::to_string(status);
  if (status == kProxyAuthenticationRequired) {
    return odd(Oddity::proxy_refused, blocked("the proxy asks for credentials (status 407)"));
  }
  if (status >= 200 && status < 300) return std::nullopt;
  if (status == 429) return throttled(FailureKind::throttled_minute, named, response.retry_after);
  if (status >= 300 && status < 500) return blocked(named);
  return upstream_failure(named);
}

Failure classify_unreadable(JsonFault fault) {
  switch (fault) {
    case JsonFault::empty:
      return upstream_failure("the upstream's answer is empty");
    case JsonFault::too_deep:
      return upstream_failure("the upstream's answer is nested too deeply");
    case JsonFault::too_large:
      return upstream_failure("the upstream's answer is too large");
    case JsonFault::broken:
      break;
  }
  return upstream_failure("the upstream's answer is not JSON");
}

/// The text under one of the top-level keys, matched in any case; null if there is none.
const std::string* text_under(const JsonValue& answer, std::string_view key) noexcept {
  const auto found =
      std::find_if(answer.children.begin(), answer.children.end(), [key](const JsonMember& member) {
        return equal_ignoring_case(member.key, key) && member.value.kind == Kind::string;
      });
  return found == answer.children.end() ? nullptr : &found->value.text;
}

/// Only texts next to the data count, because a company's name may contain the word.
bool is_artificial(const JsonValue& answer) {
  return std::any_of(answer.children.begin(), answer.children.end(), [](const JsonMember& member) {
    if (member.value.kind == Kind::string) return says_artificial(member.value.text);
    return member.key.starts_with("Meta Data") && is_artificial(member.value);
  });
}

/// The keys are tried in this order. The last three are those of gateways and frameworks in front
/// of the upstream; an unknown text under them is an error, not a throttle.
std::optional<Failure> read_messages(const JsonValue& answer) {
  struct MessageKey {
    std::string_view key;
    Failure (*read)(std::string_view);
  };
  static constexpr MessageKey kKeys[] = {
      {"Error Message", &read_error_message}, {"Note", &read_notice},
      {"Information", &read_notice},          {"error", &read_error_message},
      {"message", &read_error_message},       {"detail", &read_error_message},
  };
  for (const MessageKey& message : kKeys) {
    if (const std::string* text = text_under(answer, message.key)) return message.read(*text);
  }
  return std::nullopt;
}

ReadResult classify_object(const Query& query, const JsonValue& answer, std::string_view newest_day,
                           UnreadableFigures& unreadable) {
  if (is_artificial(answer)) return fail(unsupported("the upstream answers with made-up samples"));
  if (auto data = read_data(query, answer, newest_day, unreadable)) return *std::move(data);
  if (auto fault = read_messages(answer)) return fail(*std::move(fault));

  // There are always markets, so an answer without any cannot mean "unknown".
  const bool may_be_unknown = query.function != Function::market_status;
  if (may_be_unknown && (answer.children.empty() || has_data_key(answer, query.function))) {
    return fail(not_found("the upstream has no data for this"));
  }
  if (has_data_key(answer)) {
    unreadable.add(Figure::form);
    return fail(data_fault("the upstream's data are faulty: they answer another question"));
  }
  return fail(
      odd(Oddity::unknown_form, upstream_failure("the upstream's answer has an unknown form")));
}

}  // namespace

ClassifiedAnswer classify(const Query& query, const TransportResponse& response, WallTime now) {
  if (auto fault = classify_status(response)) return {fail(*std::move(fault)), {}};
  const auto answer = parse_json(response.body);
  if (!answer) return {fail(classify_unreadable(answer.error())), {}};
  if (answer->kind != Kind::object) {
    return {fail(upstream_failure("the upstream's answer is not an object")), {}};
  }
  UnreadableFigures unreadable;
  ReadResult result =
      classify_object(query, *answer, newest_possible_day(query.argument, now), unreadable);
  return {std::move(result), unreadable};
}

namespace {

Failure failure_of(const TransportError& error) {
  switch (error.fault) {
    case TransportFault::timeout:
      return timed_out(error.detail);
    case TransportFault::tls:
      return odd(Oddity::certificate_refused, upstream_failure(error.detail));
    case TransportFault::cancelled:
      return cancelled();
    case TransportFault::dns:
    case TransportFault::connect:
    case TransportFault::reset:
    case TransportFault::too_large:
    case TransportFault::other:
      break;
  }
  return upstream_failure(error.detail);
}

}  // namespace

Failure classify(const TransportError& error) {
  Failure failure = failure_of(error);
  failure.is_connected = error.connected;
  return failure;
}

}  // namespace stockclient
