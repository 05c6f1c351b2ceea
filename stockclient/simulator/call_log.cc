#include "stockclient/simulator/call_log.h"

#include <memory>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include "stockclient/domain/ascii.h"
#include "stockclient/simulator/answers.h"
#include "stockclient/simulator/text.h"

namespace stockclient::simulator {
namespace {

constexpr std::size_t kMaxNames = 10'000;
constexpr std::string_view kRedacted = "REDACTED";

void count(std::map<std::string, std::uint64_t>& counts, std::string name) {
  if (counts.size() < kMaxNames || counts.contains(name)) ++counts[std::move(name)];
}

std::string percent_decoded(std::string_view text) {
  int size = 0;
  const std::unique_ptr<char, decltype(&curl_free)> decoded(
      curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &size), curl_free);
  return decoded ? std::string(decoded.get(), static_cast<std::size_t>(size)) : std::string();
}

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;
       at += kRedacted.size()) {
    text.replace(at, what.size(), kRedacted);
  }
}

}  // namespace

void CallLog::record(const Request& request) {
  ++total_;
  count(by_function_, std::string(request.parameter("function")));
  if (const std::string_view subject = subject_of(request); !subject.empty()) {
    count(by_symbol_, to_upper(subject));
  }
  last_request_ = request.method + ' ' + redacted_target(request);
}

std::string CallLog::to_json(std::size_t in_flight) const {
  nlohmann::ordered_json object;
  object["total"] = total_;
  object["byFunction"] = by_function_;
  object["bySymbol"] = by_symbol_;
  object["lastRequest"] = nullptr;
  if (!last_request_.empty()) object["lastRequest"] = last_request_;
  object["inFlight"] = in_flight;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string redacted_target(const Request& request) {
  const auto [path, query] = split_at(request.target, "?");
  std::string target(path);
  char separator = '?';
  for (std::string_view left = query; !left.empty(); separator = '&') {
    const auto [pair, rest] = split_at(left, "&");
    const std::string_view name = split_at(pair, "=").first;
    target += separator;
    if (equal_ignoring_case(percent_decoded(name), "apikey")) {
      target.append(name).append("=").append(kRedacted);
    } else {
      target.append(pair);
    }
    left = rest;
  }
  // A value that breaks out of its parameter may contain the key, so the key is replaced
  // everywhere. Shorter texts than this are not secrets and occur in other words.
  constexpr std::size_t kShortestKey = 5;
  const std::string_view key = request.parameter("apikey");
  if (key.size() >= kShortestKey) replace_all(target, key);
  return target;
}

}  // namespace stockclient::simulator
