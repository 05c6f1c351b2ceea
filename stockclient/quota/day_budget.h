#pragma once
/// How a day's few calls are divided: between what was never seen, refreshes and probes, between
/// morning and evening, and between clients.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "stockclient/domain/answer.h"
#include "stockclient/quota/purpose.h"

namespace stockclient {

/// What one client has spent on what was never seen.
struct ClientCalls {
  /// Stands for the client's name, which is nobody's business after a restart.
  std::uint64_t client = 0;
  std::uint32_t calls = 0;
};
[[nodiscard]] std::uint64_t client_id(std::string_view name) noexcept;

/// What has been spent since the last reset.
struct DaySpending {
  /// Whoever is not among the eight who spent the most has had less than a ninth of it, far from
  /// any share worth limiting.
  static constexpr std::size_t kClientsKept = 8;

  WallTime day_start{};
  /// By `Purpose`.
  std::array<std::uint32_t, kPurposeCount> calls{};
  /// Those who spent the most, in no order; no calls: nobody.
  std::array<ClientCalls, kClientsKept> clients{};

  [[nodiscard]] std::uint32_t of(Purpose purpose) const {
    return calls[static_cast<std::size_t>(purpose)];
  }
  [[nodiscard]] std::uint32_t total() const {
    return of(Purpose::never_seen) + of(Purpose::refresh) + of(Purpose::probe);
  }
};

/// Shares of a day, each over 0 to 1.
struct DayShares {
  /// Set aside for what was never seen: refreshes and probes may spend the rest.
  double never_seen_reserve = 0.4;
  /// What probes may spend of the whole.
  double probes = 0.2;
  /// What one client may spend of the whole on what was never seen.
  double client = 0.75;
};

/// Not thread-safe. A probe that succeeds was a refresh after all: see `probe_succeeded`.
///
/// What may be spent is released over the day, so that a busy morning leaves something for the
/// evening: two thirds of everything at the reset, a quarter of the refreshes, two fifths of
/// the probes, two thirds of a client's share, the rest of each evenly until the next reset.
class DayBudget {
 public:
  DayBudget(std::uint32_t per_day, DayShares shares) : per_day_(per_day), shares_(shares) {}

  /// Empty: one more call may leave when `elapsed` (0 to 1) of the day is over. Otherwise how much
  /// of the day must be over until it may; 1: the reset.
  [[nodiscard]] std::optional<double> refusal(Purpose purpose, double elapsed) const;
  /// The same for one more call of this client for what was never seen, as far as its share goes.
  /// Nobody in particular (empty) has none.
  [[nodiscard]] std::optional<double> client_refusal(const std::string& client,
                                                     double elapsed) const;

  void charge(Purpose purpose, const std::string& client);
  void probe_succeeded();

  /// Starts the day anew, or goes on with one that an earlier process began.
  void begin(const DaySpending& spent);
  [[nodiscard]] const DaySpending& spent() const noexcept { return spent_; }
  [[nodiscard]] std::uint32_t remaining() const noexcept;

 private:
  void note_spender(ClientCalls spender);

  std::uint32_t per_day_;
  DayShares shares_;
  DaySpending spent_;
  /// Never longer than the day has calls.
  std::unordered_map<std::uint64_t, std::uint32_t> never_seen_by_client_;
};

}  // namespace stockclient
