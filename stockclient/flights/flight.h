#pragma once
/// One upstream question under way, and those who wait for its answer.

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "circuitbreaker/clock.h"

#include "stockclient/cache/cache.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/answer_class.h"
#include "stockclient/domain/query.h"
#include "stockclient/flights/failure.h"
#include "stockclient/quota/purpose.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

class FlightTable;
struct Flight;

/// How a flight ended. The same for every waiter.
using Landing = std::variant<RecordPtr, Failure>;

/// One caller's place in a flight. Its callback runs at most once: whoever `claim`s it calls it.
struct Place {
  std::function<void(Outcome)> callback;
  /// What the caller gets when the flight brings nothing.
  std::optional<Known> known;
  Function function = Function::global_quote;
  std::weak_ptr<FlightTable> table;

  [[nodiscard]] bool claim() noexcept { return !claimed_.exchange(true); }

 private:
  friend class FlightTable;
  std::atomic<bool> claimed_{false};
  /// Guarded by the table; empty when the place is in no flight (any more).
  std::shared_ptr<Flight> flight_;
  std::list<std::shared_ptr<Place>>::iterator position_;
  Scheduler::TimerId timer_ = 0;
};
using PlacePtr = std::shared_ptr<Place>;

/// What the flight is doing now; tells a caller who gives up what there was to wait for.
enum class Phase : std::uint8_t { queued, paced, calling, backing_off };

struct Flight {
  Flight(Query asked, Purpose what_for, std::string who, circuitbreaker::TimePoint ends)
      : query(std::move(asked)), purpose(what_for), client(std::move(who)), deadline(ends) {}

  const Query query;
  const Purpose purpose;
  /// Who made it necessary; see `GetOptions::client`.
  const std::string client;
  const circuitbreaker::TimePoint deadline;

  /// Set before the flight is sent off.
  Scheduler::TimerId deadline_timer = 0;

  /// Touched only by the one task that moves the flight on.
  std::uint32_t attempts = 0;
  std::optional<Failure> last_failure;
  /// It has waited for its turn under the rate limit, and this is it.
  bool had_turn = false;

 private:
  friend class FlightTable;
  /// Guarded by the table.
  std::list<PlacePtr> waiters_;
  Phase phase_ = Phase::queued;
  bool landed_ = false;
  /// The deadline has come while a call was under way: who joins now sets a timer of their own.
  bool overdue_ = false;
};
using FlightPtr = std::shared_ptr<Flight>;

}  // namespace stockclient
