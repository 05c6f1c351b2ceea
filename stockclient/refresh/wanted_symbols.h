#pragma once
/// Symbols whose values are known and wanted, and which of them is due for a refresh.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/refresh/client_shares.h"
#include "stockclient/refresh/exchange_watch.h"
#include "stockclient/refresh/refresh_value.h"
#include "stockclient/time/exchange_calendars.h"

namespace stockclient {

/// How known values age and for how long they are wanted.
struct RefreshSettings {
  /// When the upstream changes its quotes.
  QuoteUpdates updates = QuoteUpdates::end_of_day;
  /// The shortest lifetime of a value.
  circuitbreaker::Duration fresh_ttl = std::chrono::seconds(60);
  /// The publication lag of end-of-day data that is assumed before one has been seen.
  circuitbreaker::Duration first_lag = std::chrono::hours(1);
  /// The same for mutual funds.
  circuitbreaker::Duration first_fund_lag = std::chrono::hours(3);
  /// For how long after its last request an end-of-day value is refreshed.
  circuitbreaker::Duration wanted_end_of_day = std::chrono::days(7);
  /// For how long after its last request a value that changes during trading is refreshed: two
  /// hours of trading, so that what was asked for before a close is fresh after the next open.
  circuitbreaker::Duration wanted_intraday = std::chrono::hours(2);
  /// The plan counts calls per day, so symbols without a calendar are refreshed once a day.
  bool rationed_by_day = false;
  /// The most symbols with a known value; beyond that the least asked for is forgotten.
  std::size_t max_wanted = 4096;
  /// The most unknown symbols that wait for a call.
  std::size_t max_unknown = 1024;
};

/// Why a call brought no value.
enum class Blame : std::uint8_t {
  /// The upstream could not be reached or did not work.
  upstream,
  /// The upstream worked, but had no usable value of this symbol.
  symbol,
};

/// One symbol with a known value. `WantedSymbols` owns and changes it; others read it.
struct WantedSymbol {
  /// The symbol.
  std::string symbol;
  /// Its exchange; null when that has no calendar.
  ExchangeWatch* exchange = nullptr;
  /// The times of its value.
  ValueTimes value{};
  /// When it was last asked for by anybody.
  WallTime asked_last{};
  /// When the last call for it left.
  WallTime called_last{};
  /// The last few clients that asked for it, the latest one last.
  std::vector<ClientId> clients;
  /// It is kept fresh without being asked for.
  bool watched = false;
  /// An operator has asked for a refresh now.
  bool urgent = false;
  /// A call for it is under way.
  bool calling = false;

 private:
  friend class WantedSymbols;
  AskRate asks;
  double weight = 1;
  /// What the exchange's trading clock showed at the last request.
  circuitbreaker::Duration asked_at{};
  /// What it showed when the value was true.
  circuitbreaker::Duration true_at{};
  /// No call before this: after failures, and while the symbol seems halted.
  WallTime not_before{};
  unsigned failures = 0;
  unsigned unchanged = 0;
  /// The order of refreshes, for equal values.
  std::uint64_t turn = 0;
  /// Cached, with the revision of the exchange's rules that it follows from.
  mutable WallTime due{};
  mutable std::uint64_t due_revision = 0;
};

/// A bounded table of wanted symbols. Knows when each is due and chooses the one that is worth
/// most. Not thread-safe; reads no clock.
class WantedSymbols {
 public:
  /// `calendars` must outlive the table; null switches calendars off.
  WantedSymbols(RefreshSettings settings, const ExchangeCalendars* calendars);

  /// Moves the exchanges to `now`, at most once for each distinct time. Every other function refers
  /// to that time.
  void advance(WallTime now);

  /// Notes a request. Returns false when no value of `symbol` is known.
  bool ask(const std::string& symbol, ClientId client);
  /// Notes an upstream answer, and that `symbol` is known from now on. Returns true when it was a
  /// surprise (see `ExchangeWatch::saw`).
  bool store(const std::string& symbol, const ValueTimes& value, ClientId client);
  /// A call for `symbol` has left.
  void called(WantedSymbol& wanted);
  /// The call for `symbol` has failed, by the upstream's fault or because of this symbol. It is
  /// repeated after a minute, and then after pauses that double up to an hour; but a symbol at
  /// fault is asked for only once more a day when calls are counted per day.
  void failed(WantedSymbol& wanted, Blame blame);
  /// The entry of `symbol`, or null.
  [[nodiscard]] WantedSymbol* find(const std::string& symbol);
  /// Forgets `symbol`.
  void erase(const std::string& symbol);

  /// When the value becomes due.
  [[nodiscard]] WallTime due_at(const WantedSymbol& wanted) const;
  /// Whether somebody still wants the symbol refreshed.
  [[nodiscard]] bool is_wanted(const WantedSymbol& wanted) const;

  /// Decides between due symbols before their value does: the lower one goes first.
  using Precedence = std::function<double(const WantedSymbol&)>;
  /// Says whether a due symbol may be refreshed now.
  using Allowed = std::function<bool(const WantedSymbol&)>;
  /// The due symbol that is worth most among those that are `allowed`, or null. While an exchange's
  /// data await publication only a canary is eligible.
  [[nodiscard]] WantedSymbol* most_valuable_due(const Precedence& precedence,
                                                const Allowed& allowed);
  /// The wanted symbol that is asked for most, due or not; null when there is none.
  [[nodiscard]] WantedSymbol* most_asked();
  /// Counts the wanted symbols for which `predicate` holds.
  [[nodiscard]] std::size_t count(const Allowed& predicate) const;
  /// The earliest future time at which a symbol becomes due, or a canary may look.
  [[nodiscard]] std::optional<WallTime> next_due() const;

  /// The number of known symbols.
  [[nodiscard]] std::size_t size() const noexcept { return symbols_.size(); }

 private:
  struct KeyedWatch {
    const ExchangeCalendar* calendar;
    bool funds;
    ExchangeWatch watch;
  };
  [[nodiscard]] ExchangeWatch* watch_of(const std::string& symbol);
  [[nodiscard]] WallTime compute_due(const WantedSymbol& wanted) const;
  [[nodiscard]] circuitbreaker::Duration staleness(const WantedSymbol& wanted) const;
  [[nodiscard]] bool may_look(const WantedSymbol& wanted) const;
  void weigh();
  void make_room();

  RefreshSettings settings_;
  const ExchangeCalendars* calendars_;
  /// A deque, since symbols refer to them.
  std::deque<KeyedWatch> watches_;
  std::unordered_map<std::string, WantedSymbol> symbols_;
  /// Scratch space of `most_valuable_due`.
  std::vector<WantedSymbol*> due_;
  WallTime now_{};
  WallTime weighed_{};
  std::uint64_t turns_ = 0;
};

}  // namespace stockclient
