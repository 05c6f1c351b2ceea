#pragma once
/// What happens to every request around its handler: an id, the route, a last resort for
/// exceptions; and to every answer: metrics and the access log.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "service/http/http_message.h"
#include "service/http/problem.h"
#include "service/http/router.h"
#include "service/log/log.h"
#include "service/metrics/http_metrics.h"

namespace service {

/// Thread-safety: every member function may be called from any thread.
class Front {
 public:
  /// Everything must outlive the front. `access_log`: one line for each answer, written
  /// behind: see `Log::info_behind`.
  Front(const Router& router, HttpMetrics& metrics, Log& log, bool access_log);

  /// A server's `Handler`. Never throws.
  [[nodiscard]] HandlerResult handle(const HttpRequest& request);

  /// The answer to a request that the HTTP layer turned away, called `given_id` by its client.
  [[nodiscard]] HttpResponse refuse(const Problem& problem, std::string_view given_id = {});

  /// One answer has left, or is about to; also those that the HTTP layer gave by itself.
  void observe(const HttpRequest& request, const HttpResponse& response,
               std::chrono::nanoseconds took);

  /// Turns the access log on or off.
  void set_access_log(bool on) noexcept { access_log_ = on; }

 private:
  [[nodiscard]] std::string request_id(std::string_view given);

  const Router& router_;
  HttpMetrics& metrics_;
  Log& log_;
  std::atomic<bool> access_log_;
  std::atomic<std::uint64_t> next_id_;
};

}  // namespace service
