#pragma once
/// Decides which upstream calls may leave, so that none leaves that the upstream would refuse.

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"

#include "stockclient/answer_class.h"
#include "stockclient/purpose.h"
#include "stockclient/stock_client_settings.h"
#include "stockclient/wall_clock.h"

namespace stockclient {

/// Why a call may not leave, and until when.
struct Refusal {
  /// `none`: no hold; the plan's own limit is reached.
  Hold hold = Hold::none;
  circuitbreaker::TimePoint until;
};

/// Thread-safety: every member function may be called from any thread.
class QuotaGate {
 public:
  QuotaGate(const StockClientSettings& settings, Clocks clocks);

  /// Whether a call would be refused now. Charges nothing.
  [[nodiscard]] std::optional<Refusal> check(Purpose purpose, const std::string& client);
  /// Charges one call, which must leave at once, or refuses it.
  [[nodiscard]] std::optional<Refusal> charge(Purpose purpose, const std::string& client);

  /// The upstream refused: nothing leaves for as long as the fault's hold says. A hold never
  /// shortens the one there is. Returns until when nothing leaves.
  circuitbreaker::TimePoint hold(const Fault& fault);

 private:
  [[nodiscard]] circuitbreaker::Duration length_of(const Fault& fault) const;

  const StockClientSettings settings_;
  const Clocks clocks_;
  std::mutex mutex_;
  Hold hold_ = Hold::none;
  circuitbreaker::TimePoint held_until_{};
};

}  // namespace stockclient
