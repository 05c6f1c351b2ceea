#pragma once
/// Circuit breaking for libcurl's easy interface.
///
///     const auto guarded = breaker.when(CurlClassifier());
///     auto outcome = guarded.call([&](const CallContext& context) {
///       return perform(easy_handle, context);
///     });
///     if (outcome && outcome->code == CURLE_OK) use(outcome->status);

#include <chrono>
#include <optional>
#include <ratio>
#include <stop_token>

#include <curl/curl.h>

#include "circuitbreaker/adapters/http_status.h"
#include "circuitbreaker/call.h"
#include "circuitbreaker/deadline.h"

namespace circuitbreaker {

/// How a transfer ended. It succeeded if curl itself reported no error, whatever the status.
struct CurlOutcome {
  /// Curl's result.
  CURLcode code = CURLE_OK;
  /// The HTTP status; 0 when there was none.
  long status = 0;
  /// The delay that the server's Retry-After asked for.
  std::optional<Duration> retry_after = std::nullopt;

  /// Whether curl reported no error.
  explicit operator bool() const noexcept { return code == CURLE_OK; }
  /// Curl's description of the result.
  [[nodiscard]] const char* error() const noexcept { return curl_easy_strerror(code); }
};

namespace detail {

/// Tells curl to abort when the caller has requested a stop.
inline int stop_transfer(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace detail

/// Runs the transfer that the easy handle is set up for. The context's deadline, if any, replaces
/// the handle's CURLOPT_TIMEOUT_MS, and the context's stop token, if any, replaces the handle's
/// progress function. Both are removed from the handle afterwards, so that a later transfer without
/// a deadline does not inherit one. One thread at a time may use a handle.
[[nodiscard]] inline CurlOutcome perform(CURL* handle, const CallContext& context = {}) {
  using Milliseconds = std::chrono::duration<long, std::milli>;
  std::stop_token stop = context.stop;
  if (!context.deadline.is_never()) {
    const Milliseconds left = context.deadline.remaining_as<Milliseconds>();
    if (left <= Milliseconds::zero()) return {CURLE_OPERATION_TIMEDOUT};
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, left.count());
  }
  if (stop.stop_possible()) {
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &detail::stop_transfer);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &stop);
  }
  CurlOutcome outcome{curl_easy_perform(handle)};
  if (!context.deadline.is_never()) curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 0L);
  if (stop.stop_possible()) {
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, nullptr);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, nullptr);
  }
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &outcome.status);
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
    constexpr curl_off_t kYear = curl_off_t{365} * 24 * 3600;
    outcome.retry_after = std::chrono::seconds(seconds < kYear ? seconds : kYear);
  }
  return outcome;
}

/// A classifier for calls that return a `CurlOutcome`. Errors of the network and the server are
/// failures, a timeout is a timeout, and errors of the caller (a malformed URL, an aborted
/// transfer, no memory) are ignored. A complete response is judged by `assess_http_status`.
struct CurlClassifier {
  /// The verdict, with the server's Retry-After.
  Assessment operator()(const CurlOutcome& outcome) const noexcept {
    switch (outcome.code) {
      case CURLE_OK:
      case CURLE_HTTP_RETURNED_ERROR:  // with CURLOPT_FAILONERROR
        return assess_http_status(outcome.status, outcome.retry_after);
      case CURLE_OPERATION_TIMEDOUT:
        return Verdict::timeout;
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_FAILED_INIT:
      case CURLE_URL_MALFORMAT:
      case CURLE_NOT_BUILT_IN:
      case CURLE_WRITE_ERROR:
      case CURLE_READ_ERROR:
      case CURLE_OUT_OF_MEMORY:
      case CURLE_ABORTED_BY_CALLBACK:
      case CURLE_BAD_FUNCTION_ARGUMENT:
      case CURLE_FILESIZE_EXCEEDED:
      case CURLE_UNKNOWN_OPTION:
      case CURLE_SSL_CERTPROBLEM:  // the client's own certificate
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_COULDNT_RESOLVE_PROXY:
        return Verdict::ignored;
      default:
        return Verdict::failure;
    }
  }
};

}  // namespace circuitbreaker
