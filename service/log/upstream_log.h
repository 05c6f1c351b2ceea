#pragma once
/// Says in the log what became of calls to the upstream.

#include "stockclient/observer.h"

namespace service {

class Log;

/// Passes everything on; logs each call (debug), what is left of the day's quota (each hundredth
/// call and the last ten), and as a warning each pause and what an operator has to mend: a refused
/// key, a request that the upstream finds wrong, being blocked, a refused certificate, answers of a
/// kind that nobody knew. Thread-safe.
class UpstreamLog final : public stockclient::Observer {
 public:
  /// Both must outlive this.
  UpstreamLog(Log& log, stockclient::Observer& next) : log_(log), next_(next) {}

  void attempt_ended(stockclient::Function function, stockclient::AnswerClass answer_class,
                     std::chrono::nanoseconds took) noexcept override;
  void oddity_seen(stockclient::Function function, stockclient::Oddity oddity,
                   std::string_view detail) noexcept override;
  void figures_unreadable(const stockclient::Query& query, stockclient::Figure figure,
                          std::uint32_t count) noexcept override;
  void hold_began(std::string_view reason, stockclient::WallTime until) noexcept override;
  void day_quota_left(std::uint32_t left) noexcept override;
  void answered(stockclient::CacheResult result, bool with_value,
                std::chrono::nanoseconds age) noexcept override {
    next_.answered(result, with_value, age);
  }

 private:
  Log& log_;
  stockclient::Observer& next_;
};

}  // namespace service
