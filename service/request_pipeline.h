#pragma once
/// The steps around every handler: request id, routing, exception barrier, metrics and access log.

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

/// Processes requests on their way between the server and the handlers. Thread-safety: every member
/// function may be called from any thread.
class RequestPipeline {
 public:
  /// All arguments passed by reference must outlive the pipeline. `access_log`: whether to log one
  /// line for every answer.
  RequestPipeline(const Router& router, HttpMetrics& metrics, Log& log, bool access_log);

  /// Routes a request and returns its response, which carries a request id. An exception from the
  /// handler becomes a 500; its text is logged but not sent. Never throws.
  [[nodiscard]] HandlerResult handle(const HttpRequest& request);

  /// The response to a request that the HTTP layer rejected. `given_id`: the request's
  /// X-Request-Id, if it could be read.
  [[nodiscard]] HttpResponse reject(const Problem& problem, std::string_view given_id = {});

  /// Counts and logs an answer, including answers to rejected requests. Call once per answer, when
  /// it has been formatted. `took`: the time since the request arrived.
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
