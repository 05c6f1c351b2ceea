#pragma once
/// Logs the events of the stock client.

#include "stockclient/domain/observer.h"

namespace service {

class Log;

/// Logs upstream calls (level debug) and the remaining daily quota (level info, at every hundredth
/// call and at each of the last ten). Logs as warnings every hold and everything that an operator
/// has to fix: a rejected key, a call that the upstream does not understand, a blocked address, a
/// rejected certificate, and answers of an unknown form. Thread-safety: every member function may
/// be called from any thread.
class UpstreamLog final : public stockclient::Observer {
 public:
  /// `log` must outlive this object.
  explicit UpstreamLog(Log& log) : log_(log) {}

  void attempt_ended(stockclient::Function function, const stockclient::Failure* failure,
                     std::chrono::nanoseconds duration) noexcept override;
  void oddity_seen(stockclient::Function function, stockclient::Oddity oddity,
                   std::string_view detail) noexcept override;
  void figures_unreadable(const stockclient::Query& query, stockclient::Figure figure,
                          std::uint32_t count) noexcept override;
  void hold_began(stockclient::FailureKind reason, stockclient::WallTime until) noexcept override;
  void day_quota_left(std::uint32_t left) noexcept override;

 private:
  Log& log_;
};

}  // namespace service
