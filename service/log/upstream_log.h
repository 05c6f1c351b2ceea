#pragma once
/// Logs the events of the stock client.

#include "stockclient/observer.h"

namespace service {

class Log;

/// Logs upstream calls (debug), the remaining daily quota (info: every hundredth call and the last
/// ten), and as warnings every pause and everything that an operator has to fix: a rejected key, a
/// call that the upstream does not understand, a blocked address, a rejected certificate, and
/// answers of an unknown form. Passes every event on to the next observer. Thread-safety: every
/// member function may be called from any thread.
class UpstreamLog final : public stockclient::Observer {
 public:
  /// Both must outlive this object.
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
