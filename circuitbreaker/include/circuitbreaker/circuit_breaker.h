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

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/stripes.h"
#include "circuitbreaker/detail/word.h"
#include "circuitbreaker/expected.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

class CircuitBreaker;

/// The right to make one call. Ended by the first of `success`, `failure`, `timeout`, `ignore`; a
/// permit that is destroyed without one of them is ignored and gives its slot back. Later endings
/// do nothing. A result that comes when the breaker has meanwhile changed its state, or when the
/// probe's lease has gone to another caller, is counted and moves nothing.
class [[nodiscard]] Permit {
 public:
  Permit(Permit&& other) noexcept;
  Permit& operator=(Permit&& other) noexcept;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit();

  void success() noexcept;
  /// `reason` is kept (shortened to 200 bytes) for `Snapshot::last_failure`. `open_for` is what the
  /// dependency itself asked for (Retry-After): should this failure open the breaker, it opens for
  /// so long, at most `Settings::open_timeout_max`.
  void failure(std::string_view reason = {}, std::optional<Duration> open_for = {}) noexcept;
  void timeout(std::string_view reason = {}) noexcept;
  void ignore() noexcept;

  /// Whether this call was let through to find out if the dependency is back.
  [[nodiscard]] bool is_probe() const noexcept { return kind_ == Kind::probe; }

 private:
  friend class CircuitBreaker;
  /// `spectator`: admitted although its result may move nothing.
  enum class Kind : std::uint8_t { ordinary, probe, spectator };
  static constexpr std::uint16_t kUntracked = 0xffff;

  Permit(CircuitBreaker& breaker, detail::Word word, TimePoint started = TimePoint::min()) noexcept
      : breaker_(&breaker), word_(word), started_(started) {}
  void end(Verdict verdict, std::string_view reason, std::optional<Duration> open_for) noexcept;

  CircuitBreaker* breaker_;
  detail::Word word_;
  TimePoint started_;  // TimePoint::min() unless the call is timed
  std::uint32_t lease_ = 0;
  std::uint16_t slot_ = 0;
  std::uint16_t tracked_ = kUntracked;
  Kind kind_ = Kind::ordinary;
};

/// Memory: see the README; nothing is allocated after construction but by transitions, failures
/// with a reason, listeners and snapshots.
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

  /// Asks to make one call. Never waits, never throws, and a rejection never allocates. Closed: no
  /// lock and no clock reading, unless a window, slow calls or response times are asked for. Open:
  /// one clock reading and no lock.
  [[nodiscard]] expected<Permit, Rejected> try_acquire() noexcept;

  /// Calls `f` if the breaker admits it, records the verdict on its outcome (see `UsualVerdict`),
  /// and returns its result or the rejection (see `CallResult`). An exception is recorded and
  /// rethrown. The context that `f` may take has the caller's deadline or the end of
  /// `Settings::call_timeout`, whichever comes first. A call that outlives `call_timeout` is a
  /// timeout, even though its value is still returned. A call that fails after the caller's own
  /// deadline, or after the caller requested a stop, is ignored; one whose caller has given up
  /// before it begins is rejected.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {});

  /// This breaker with a classifier of your own, as a policy for pipelines; see
  /// `ClassifiedBreaker::call`. The breaker must outlive it.
  ///
  ///     auto lenient = breaker.when([](const Response& r) {
  ///       return r.status >= 500 ? Verdict::failure : Verdict::success;
  ///     });
  ///     auto page = pipeline(retry, lenient).call(fetch);
  template <class Classify>
  [[nodiscard]] auto when(Classify classify);

  /// The breaker as of now: a transition that is due is performed first, dated when it was due, and
  /// notified.
  [[nodiscard]] Snapshot snapshot();
  [[nodiscard]] const std::string& name() const noexcept;
  /// The counts alone, and whether nothing is going on: closed, normal, no failure pending, no call
  /// under way. Neither performs what is due nor notifies.
  [[nodiscard]] CallCounts calls() const;
  [[nodiscard]] bool is_idle() const;

  /// Listeners run in the order they were added, for every change in order, on the thread that
  /// caused it, outside the lock; while one thread is at it, it also delivers what others cause
  /// meanwhile, so nobody waits for a slow listener. One that throws is skipped; one may call back
  /// into the breaker. `Settings::max_pending_changes` bounds what waits.
  ListenerId add_listener(Listener listener);
  /// When this returns, the listener is not running and will not run again, unless it is called
  /// from within a listener.
  void remove_listener(ListenerId id);

  /// What somebody who knows better than the calls (a health check, another replica) has found out:
  /// `trip` opens a closed or half-open breaker like a failure would, `recover` closes one that is
  /// not. In a forced mode both do nothing.
  void trip(std::string_view reason);
  void recover(std::string_view reason);

  /// Operator's switches; `reason` is shown in snapshots and to listeners. A forced mode lasts
  /// until `reset`, which returns to closed and normal with nothing pending; totals are kept.
  void force_open(std::string_view reason);
  void force_close(std::string_view reason);
  void disable(std::string_view reason);
  /// From normal, state and counts are kept.
  void shadow(std::string_view reason);
  void reset(std::string_view reason);

  /// Applies new settings; state and counts are kept. Throws like the constructor.
  void reconfigure(const Settings& settings);

 private:
  friend class Permit;
  template <class Pointer, class Classify>
  friend class ClassifiedBreaker;
  struct Impl;

  expected<Permit, Rejected> acquire_slowly(detail::Word word) noexcept;
  expected<Permit, Rejected> acquire_locked() noexcept;
  template <class F, class Classify>
  CallResult<F> call_classified(F& f, const CallContext& context, Classify& classify);
  /// When a call that starts now exceeds `Settings::call_timeout`.
  [[nodiscard]] Deadline call_limit() const;

  // What the fast paths read, and nothing that they write: threads share this cache line in peace.
  std::atomic<detail::Word> word_{0};
  std::atomic<Duration::rep> open_until_{0};
  std::unique_ptr<detail::Stripe[]> stripes_;
  const Clock* clock_;
  std::unique_ptr<Impl> impl_;
};

inline Permit::Permit(Permit&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      word_(other.word_),
      started_(other.started_),
      lease_(other.lease_),
      slot_(other.slot_),
      tracked_(other.tracked_),
      kind_(other.kind_) {}

inline Permit::~Permit() {
  if (breaker_ != nullptr) end(Verdict::ignored, {}, {});
}

inline void Permit::success() noexcept {
  if (breaker_ == nullptr) return;
  // Closed, normal, the same generation, no failure pending, nothing to measure: only count.
  if ((word_ & detail::kSuccessNotPlain) == 0 &&
      breaker_->word_.load(std::memory_order_acquire) == word_) [[likely]] {
    detail::count(breaker_->stripes_.get(), &detail::Tally::success);
    breaker_ = nullptr;
    return;
  }
  end(Verdict::success, {}, {});
}

inline expected<Permit, Rejected> CircuitBreaker::try_acquire() noexcept {
  const detail::Word word = word_.load(std::memory_order_acquire);
  if ((word & detail::kAdmissionNotPlain) == 0) [[likely]] {
    detail::count(stripes_.get(), &detail::Tally::started);
    return Permit(*this, word & ~(detail::kPending | detail::kTense));
  }
  return acquire_slowly(word);
}

}  // namespace circuitbreaker

#include "circuitbreaker/breaker_call.h"
