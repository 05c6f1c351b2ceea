#pragma once
/// Divides the calls of a day between purposes, hours and clients.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "stockclient/quota/purpose.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// The calls that one client has caused for symbols that had never been requested before.
struct ClientCalls {
  /// A hash of the client's name, so that no name is written to disk; see `client_id`.
  std::uint64_t client = 0;
  /// Number of calls.
  std::uint32_t calls = 0;
};
/// A hash of a client's name that is the same in every process.
[[nodiscard]] std::uint64_t client_id(std::string_view name) noexcept;

/// The calls made since the last reset.
struct DaySpending {
  /// Number of clients remembered across a restart. A client that is not among the eight that spent
  /// the most has had less than a ninth of the day, far below any share worth limiting.
  static constexpr std::size_t kClientsKept = 8;

  /// When the day began.
  WallTime day_start{};
  /// Number of calls, indexed by `Purpose`.
  std::array<std::uint32_t, kPurposeCount> calls{};
  /// The clients that spent the most, in no particular order; unused entries have no calls.
  std::array<ClientCalls, kClientsKept> clients{};

  /// Number of calls for one purpose.
  [[nodiscard]] std::uint32_t of(Purpose purpose) const {
    return calls[static_cast<std::size_t>(purpose)];
  }
  /// Number of calls for all purposes.
  [[nodiscard]] std::uint32_t total() const {
    return of(Purpose::never_seen) + of(Purpose::refresh) + of(Purpose::probe);
  }
};

/// Shares of a day's calls, each above 0 and at most 1.
struct DayShares {
  /// Reserved for symbols never seen before; refreshes and probes may use the rest.
  double never_seen_reserve = 0.4;
  /// Maximum share for probes.
  double probes = 0.2;
  /// Maximum share of one client for symbols never seen before.
  double client = 0.75;
};

/// Divides a day's calls. They are released gradually, so that a busy morning leaves something for
/// the evening: two thirds of all calls, a quarter of the refreshes, two fifths of the probes and
/// two thirds of a client's share are available at the reset, and the rest of each is released
/// evenly until the next reset.
///
/// Thread-safety: none; its owner guards it.
class DayBudget {
 public:
  /// Divides `per_day` calls, at least 1.
  DayBudget(std::uint32_t per_day, DayShares shares) : per_day_(per_day), shares_(shares) {}

  /// Whether one more call may be sent when `elapsed` (0 to 1) of the day has passed: empty if so,
  /// otherwise the fraction of the day that must pass first; 1 is the next reset.
  [[nodiscard]] std::optional<double> refusal(Purpose purpose, double elapsed) const;
  /// Like `refusal`, but for the client's share only: whether the client may cause one more call
  /// for a symbol never seen before. An empty name represents no particular client and has no
  /// limit.
  [[nodiscard]] std::optional<double> client_refusal(const std::string& client,
                                                     double elapsed) const;

  /// Counts a call that is sent now.
  void charge(Purpose purpose, const std::string& client);
  /// Counts a call that was charged as a probe as a refresh instead, because it returned data.
  void probe_succeeded();

  /// Begins a day: a new one, or one whose spending an earlier process recorded.
  void begin(const DaySpending& spent);
  /// Number of calls so far today.
  [[nodiscard]] const DaySpending& spent() const noexcept { return spent_; }
  /// Number of calls left today.
  [[nodiscard]] std::uint32_t remaining() const noexcept;

 private:
  void note_spender(ClientCalls spender);

  std::uint32_t per_day_;
  DayShares shares_;
  DaySpending spent_;
  /// Keyed by `client_id`; never has more entries than the day has calls.
  std::unordered_map<std::uint64_t, std::uint32_t> never_seen_by_client_;
};

}  // namespace stockclient
