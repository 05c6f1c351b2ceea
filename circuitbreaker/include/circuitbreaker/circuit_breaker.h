#pragma once
/// A circuit breaker: stops calling a dependency that keeps failing, and finds out by itself when
/// it is back. (Michael Nygard, "Release It!", Stability Patterns.)
///
///     circuitbreaker::CircuitBreaker breaker("database");
///     if (auto permit = breaker.try_acquire()) {
///       if (ping()) permit->success(); else permit->failure("ping failed");
///     } else {
///       retry_in(permit.error().retry_after);
///     }
///
/// Thread-safety: every member function may be called from any thread, a permit's only from one at
/// a time. No lock is held while a listener or the caller's function runs. The breaker must outlive
/// its permits.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

/// Why a call was not admitted. Never allocates.
struct Rejected {
  enum class Reason : std::uint8_t { open, half_open_full, forced_open };
  Reason reason = Reason::open;
  /// When asking again makes sense: what is left of the open time, or empty when nobody can say.
  std::optional<Duration> retry_after;
};

class CircuitBreaker;

/// The right to make one call. Ended by the first of `success`, `failure`, `timeout`, `ignore`; a
/// permit that is destroyed without one of them is ignored and gives its slot back. Later endings
/// do nothing.
class [[nodiscard]] Permit {
 public:
  Permit(Permit&& other) noexcept;
  Permit& operator=(Permit&& other) noexcept;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit();

  void success();
  /// `reason` is kept (shortened to 200 bytes) for `Snapshot::last_failure`.
  void failure(std::string_view reason = {});
  void timeout(std::string_view reason = {});
  void ignore();

  /// Whether this call was let through to find out if the dependency is back.
  [[nodiscard]] bool is_probe() const noexcept { return probe_; }

 private:
  friend class CircuitBreaker;
  Permit(CircuitBreaker& breaker, std::uint64_t generation, bool probe, TimePoint started) noexcept;
  void end(Verdict verdict, std::string_view reason);

  CircuitBreaker* breaker_;
  std::uint64_t generation_;
  TimePoint started_;
  bool probe_;
};

class CircuitBreaker {
 public:
  using Listener = std::function<void(const StateChange&)>;
  using ListenerId = std::uint64_t;

  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// breaker.
  explicit CircuitBreaker(std::string name, Settings settings = {},
                          const Clock& clock = steady_clock());
  ~CircuitBreaker();
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// Asks to make one call. Never waits, never throws, and a rejection never allocates.
  [[nodiscard]] expected<Permit, Rejected> try_acquire() noexcept;

  /// The breaker as of now: a transition that is due is performed first, dated when it was due, and
  /// notified.
  [[nodiscard]] Snapshot snapshot();
  [[nodiscard]] const std::string& name() const noexcept;

  /// Listeners run in the order they were added, for every change in order, on the thread that
  /// caused it, outside the lock. One that throws is skipped; one may call back into the breaker.
  ListenerId add_listener(Listener listener);
  void remove_listener(ListenerId id);

  /// Operator's switches; `reason` is shown in snapshots and to listeners. A forced mode lasts
  /// until `reset`, which returns to closed and normal with nothing pending; totals are kept.
  void force_open(std::string_view reason);
  void force_close(std::string_view reason);
  void disable(std::string_view reason);
  void shadow(std::string_view reason);
  void reset(std::string_view reason);

  /// Applies new settings; state and counts are kept. Throws like the constructor.
  void reconfigure(const Settings& settings);

 private:
  friend class Permit;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace circuitbreaker
