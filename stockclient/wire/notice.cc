#include "stockclient/wire/notice.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string>

#include "stockclient/domain/ascii.h"
#include "stockclient/wire/faults.h"

namespace stockclient {
namespace {

/// Longer than any real notice; bounds the cost of a hostile one.
constexpr std::size_t kMaxText = 4096;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

/// The text in lower case and without its URLs, whose words mean nothing: sample links contain
/// `apikey=demo`, and every notice links to the premium plans.
std::string readable(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kUrlStarts{"http://", "https://", "www."};
  constexpr std::string_view kUrlEnds = " \t\r\n\"'<>()[]";
  std::string lowered(text.substr(0, kMaxText));
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), to_lower_ascii);
  for (const std::string_view start : kUrlStarts) {
    for (auto at = lowered.find(start); at != std::string::npos; at = lowered.find(start, at)) {
      lowered.erase(at, std::min(lowered.find_first_of(kUrlEnds, at), lowered.size()) - at);
    }
  }
  return lowered;
}

bool has(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

/// Whether `word` occurs in the text as a whole word. A key that a message echoes may contain any
/// letters.
bool has_word(std::string_view text, std::string_view word) noexcept {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool starts = at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]));
    const bool ends = end == text.size() || (!is_letter(text[end]) && !is_digit(text[end]));
    if (starts && ends) return true;
  }
  return false;
}

/// The window of a limit that starts with a number. If there are several limits, the first one
/// counts: a day for "25 requests per day, 5 calls per minute".
std::optional<FailureKind> window_of(std::string_view limit) noexcept {
  if (limit.empty() || !is_digit(limit.front())) return std::nullopt;
  struct LimitWindow {
    std::string_view unit;
    FailureKind kind;
  };
  static constexpr std::array<LimitWindow, 4> kWindows{{{"second", FailureKind::throttled_second},
                                                        {"minute", FailureKind::throttled_minute},
                                                        {"day", FailureKind::throttled_day},
                                                        {"month", FailureKind::throttled_day}}};
  constexpr std::size_t kReach = 32;
  limit = limit.substr(0, kReach);
  std::size_t nearest = std::string_view::npos;
  std::optional<FailureKind> kind;
  for (const LimitWindow& window : kWindows) {
    const std::size_t at = limit.find(window.unit);
    if (at < nearest) {
      nearest = at;
      kind = window.kind;
    }
  }
  return kind;
}

/// The window of the limit that was reached according to the text. A limit that is merely mentioned
/// ("lift the rate limit (25 requests per day)") does not count.
std::optional<FailureKind> limit_reached(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 4> kBefore{"limit is ", "frequency is ",
                                                           "reached the ", "exceeded the "};
  std::size_t first = std::string_view::npos;
  std::optional<FailureKind> kind;
  for (const std::string_view before : kBefore) {
    for (auto at = text.find(before); at < first; at = text.find(before, at + 1)) {
      const auto found = window_of(text.substr(at + before.size()));
      if (!found) continue;
      first = at;
      kind = found;
      break;
    }
  }
  return kind;
}

std::optional<Failure> throttling(std::string_view text) {
  if (has(text, "spreading out") || has(text, "burst"))
    return throttled(FailureKind::throttled_second);
  if (const auto kind = limit_reached(text)) return throttled(*kind);
  if (has(text, "minute-level") || has(text, "call volume") || has(text, "request volume") ||
      has(text, "call frequency")) {
    return throttled(FailureKind::throttled_minute);
  }
  return std::nullopt;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) noexcept {
  return std::any_of(parts.begin(), parts.end(), [text](auto part) { return has(text, part); });
}

bool mentions_key(std::string_view text) noexcept {
  return has(text, "apikey") || has(text, "api key");
}

std::optional<Failure> refused_key(std::string_view text) {
  if (mentions_key(text) && has_any(text, {"invalid", "missing", "key is valid"})) {
    return misconfigured("the upstream says that the API key is invalid or missing");
  }
  if (has(text, "key") && has_word(text, "demo")) {
    return misconfigured("the upstream does not answer this with the demo API key");
  }
  if (has_any(text, {"key", "account"}) &&
      has_any(text, {"suspended", "inactive", "deactivated", "disabled", "expired", "revoked"})) {
    return misconfigured("the upstream says that the API key is suspended or inactive");
  }
  return std::nullopt;
}

std::optional<Failure> blocked_or_down(std::string_view text) {
  const bool about_caller = has_word(text, "ip") || has_any(text, {"address", "key", "access"});
  if (about_caller && (has_word(text, "blocked") || has_word(text, "banned"))) {
    return blocked("the upstream says that the address or the API key is blocked");
  }
  if (has(text, "maintenance")) {
    return under_maintenance("the upstream is under maintenance");
  }
  if (has(text, "internal") && has_word(text, "error")) {
    return odd(Oddity::unknown_error, upstream_failure("the upstream reports an internal error"));
  }
  return std::nullopt;
}

std::optional<Failure> wrong_call(std::string_view text) {
  if (has(text, "function") && has(text, "does not exist")) {
    return our_fault("the upstream does not know the function that was called");
  }
  if (has(text, "parameter") && has_any(text, {"missing", "required"})) {
    return our_fault("the upstream requires a parameter that the call lacks");
  }
  return std::nullopt;
}

/// The rules for error messages; the first match wins.
std::optional<Failure> apply_rules(std::string_view text) {
  // Checked before other rules, because this message echoes the call, which may contain any other
  // word; but not before its variant that doubts the key.
  if (has(text, "invalid api call") && !has(text, "key is valid")) {
    return not_found("the upstream does not know this symbol");
  }
  if (auto fault = throttling(text)) return fault;
  if (auto fault = refused_key(text)) return fault;
  if (auto fault = blocked_or_down(text)) return fault;
  if (auto fault = wrong_call(text)) return fault;
  if (has_any(text, {"premium", "entitled"})) {
    return unsupported("the upstream's plan does not include this");
  }
  return std::nullopt;
}

}  // namespace

Failure read_error_message(std::string_view text) {
  auto fault = apply_rules(readable(text));
  if (fault) return *std::move(fault);
  return odd(Oddity::unknown_error, upstream_failure("the upstream reports an unknown error"));
}

Failure read_notice(std::string_view text) {
  auto fault = apply_rules(readable(text));
  if (fault) return *std::move(fault);
  return odd(Oddity::unknown_notice, throttled(FailureKind::throttled_minute,
                                               "the upstream answers with an unknown notice"));
}

bool says_artificial(std::string_view text) {
  return has_word(readable(text), "artificial");
}

}  // namespace stockclient
