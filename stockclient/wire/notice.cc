#include "stockclient/wire/notice.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "stockclient/wire/faults.h"

namespace stockclient {
namespace {

/// Enough for every notice; keeps the cost of a hostile one small.
constexpr std::size_t kMaxText = 4096;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

std::string lower_case(std::string_view text) {
  std::string lowered(text.substr(0, kMaxText));
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lowered;
}

bool has(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

/// A key that a message echoes may contain any letters: a word stands alone.
bool has_word(std::string_view text, std::string_view word) noexcept {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool starts = at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]));
    const bool ends = end == text.size() || (!is_letter(text[end]) && !is_digit(text[end]));
    if (starts && ends) return true;
  }
  return false;
}

/// The window of a limit that starts with a number: "25 requests per day, 5 calls per minute" is a
/// day, the limit named first.
Hold window_of(std::string_view limit) noexcept {
  if (limit.empty() || !is_digit(limit.front())) return Hold::none;
  struct Window {
    std::string_view unit;
    Hold hold;
  };
  static constexpr std::array<Window, 4> kWindows{{{"second", Hold::second},
                                                   {"minute", Hold::minute},
                                                   {"day", Hold::day},
                                                   {"month", Hold::day}}};
  constexpr std::size_t kReach = 32;
  limit = limit.substr(0, kReach);
  std::size_t nearest = std::string_view::npos;
  Hold hold = Hold::none;
  for (const Window& window : kWindows) {
    const std::size_t at = limit.find(window.unit);
    if (at < nearest) {
      nearest = at;
      hold = window.hold;
    }
  }
  return hold;
}

/// The window of the limit that the text says was reached. A limit that is merely mentioned ("lift
/// the rate limit (25 requests per day)") does not count.
Hold limit_reached(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 4> kBefore{"limit is ", "frequency is ",
                                                           "reached the ", "exceeded the "};
  std::size_t first = std::string_view::npos;
  Hold hold = Hold::none;
  for (const std::string_view before : kBefore) {
    for (auto at = text.find(before); at < first; at = text.find(before, at + 1)) {
      const Hold found = window_of(text.substr(at + before.size()));
      if (found == Hold::none) continue;
      first = at;
      hold = found;
      break;
    }
  }
  return hold;
}

std::optional<Fault> throttling(std::string_view text) {
  if (has(text, "spreading out") || has(text, "burst")) return throttled(Hold::second);
  if (const Hold hold = limit_reached(text); hold != Hold::none) return throttled(hold);
  if (has(text, "minute-level") || has(text, "call volume") || has(text, "request volume") ||
      has(text, "call frequency")) {
    return throttled(Hold::minute);
  }
  return std::nullopt;
}

std::optional<Fault> refused_key(std::string_view text) {
  const bool about_key = has(text, "apikey") || has(text, "api key");
  if (about_key && (has(text, "invalid") || has(text, "missing"))) {
    return misconfigured("the upstream says that the API key is invalid or missing");
  }
  if (has(text, "key") && has_word(text, "demo")) {
    return misconfigured("the upstream does not answer this with the demo API key");
  }
  return std::nullopt;
}

std::optional<Fault> wrong_call(std::string_view text) {
  if (has(text, "function") && has(text, "does not exist")) {
    return our_fault("the upstream does not know the function that was called");
  }
  if (has(text, "parameter") && (has(text, "missing") || has(text, "required"))) {
    return our_fault("the upstream misses a parameter in the call");
  }
  return std::nullopt;
}

std::optional<Fault> read(std::string_view text) {
  // First, because this one echoes what was asked, which may contain any of the other words.
  if (has(text, "invalid api call")) return not_found("the upstream knows no such symbol");
  if (auto fault = throttling(text)) return fault;
  if (auto fault = refused_key(text)) return fault;
  if (auto fault = wrong_call(text)) return fault;
  if (has(text, "premium") || has(text, "entitled")) {
    return unsupported("the upstream's plan does not include this");
  }
  return std::nullopt;
}

}  // namespace

Fault read_error_message(std::string_view text) {
  auto fault = read(lower_case(text));
  if (fault) return *std::move(fault);
  return odd(Oddity::unknown_error,
             upstream_failure(RetryAdvice::once, "the upstream reports an unknown error"));
}

Fault read_notice(std::string_view text) {
  auto fault = read(lower_case(text));
  if (fault) return *std::move(fault);
  return odd(Oddity::unknown_notice,
             throttled(Hold::minute, "the upstream answers with an unknown notice"));
}

bool says_artificial(std::string_view text) {
  return has_word(lower_case(text), "artificial");
}

}  // namespace stockclient
