#pragma once
/// Divides a day's calls among the clients that compete for them.

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// Identifies a client: a hash of the name that its requests carry.
enum class ClientId : std::uint64_t {};
/// No particular client; it has no share.
inline constexpr ClientId kNobody{0};

/// The calls of one day, shared by all clients.
struct SharedCalls {
  /// Number of calls in the whole day.
  double size = 0;
  /// Number of calls left.
  double left = 0;
  /// When the day's last two hours begin.
  WallTime free_from;
};

/// Counts the calls that each client causes, and detects clients that guess symbols.
///
/// Shares are max-min fair: every client that has been seen within seven days is entitled to an
/// equal part of the day's calls, and may use more if the others need less. The future needs of an
/// absent client are unknown, so its unused part is reserved for it until the day's last two
/// hours, when all remaining calls are available to every client. A lone client can use everything.
///
/// Remembers the 1,024 most recently seen clients. Not thread-safe; reads no clock.
class ClientShares {
 public:
  /// Notes a request by `client`.
  void seen(ClientId client, WallTime now);
  /// Begins a new day at `begins`, with no calls used. Has no effect if that day has already begun.
  void begin_day(WallTime begins);
  /// Continues an earlier process's count of the current day, which began at `day_begins`.
  void restore(ClientId client, double calls, WallTime day_begins);
  /// Charges `client` for a call or a part of one; a negative number refunds it.
  void charge(ClientId client, double calls);
  /// The number of calls that `client` has used today.
  [[nodiscard]] double used(ClientId client) const;
  /// Whether `client` may use a call from `pool`.
  [[nodiscard]] bool may_use(ClientId client, const SharedCalls& pool, WallTime now) const;
  /// Number of clients seen in the last seven days.
  [[nodiscard]] std::size_t competing(WallTime now) const;

  /// Notes whether the upstream knows a symbol that `client` was the first to request.
  void found(ClientId client, bool known);
  /// Whether the upstream knew none of the last five new symbols that `client` requested. The
  /// client's further new symbols then queue behind those of all other clients.
  [[nodiscard]] bool is_guessing(ClientId client) const;

 private:
  struct Client {
    WallTime seen{};
    double used = 0;
    unsigned not_found_in_a_row = 0;
  };
  std::unordered_map<ClientId, Client> clients_;
  WallTime day_begins_{};
};

}  // namespace stockclient
