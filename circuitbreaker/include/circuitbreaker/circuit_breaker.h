#pragma once
/// A circuit breaker: stops calling a dependency that keeps failing, and finds out by itself when
/// the dependency is back (Michael Nygard, "Release It!", chapter "Stability Patterns").
///
///     circuitbreaker::CircuitBreaker breaker("database");
///     if (auto permit = breaker.try_acquire()) {
///       if (ping()) permit->success(); else permit->failure("ping failed");
///     } else {
///       retry_in(permit.error().retry_after);
///     }

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
#include "circuitbreaker/detail/core.h"
#include "circuitbreaker/detail/word.h"
#include "circuitbreaker/expected.h"
#include "circuitbreaker/policy_observer.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

class CircuitBreaker;

namespace detail {

/// Gives up a breaker's core, which is freed when its last permit has ended.
struct CoreDeleter {
  /// Takes over `core`.
  void operator()(BreakerCore* core) const noexcept;
};

}  // namespace detail

/// The right to make one call. The first of `success`, `failure`, `timeout` and `ignore` ends it;
/// later ones do nothing. A permit destroyed before that is ignored and gives its probe slot back.
/// A result that arrives after the breaker has changed its state, or after the probe's lease has
/// passed to another caller, is counted and moves nothing.
///
/// A permit keeps alive everything it needs except the breaker's clock, so it may outlive its
/// `CircuitBreaker`; nobody is told of its result then.
///
/// Thread-safety: one thread at a time may use a permit. It may end on another thread than it
/// began on.
class [[nodiscard]] Permit {
 public:
  /// Takes over the right; `other` then does nothing.
  Permit(Permit&& other) noexcept;
  /// Ignores the call that this permit was for, and takes over the right of `other`.
  Permit& operator=(Permit&& other) noexcept;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  /// Ignores the call, unless the permit has ended.
  ~Permit();

  /// The call succeeded. With a slow-call rule, a probe that took too long counts as failed.
  void success() noexcept;
  /// The call failed. `reason`, shortened to 200 bytes, is kept for `Snapshot::last_failure`.
  /// `open_for` is the time that the dependency itself asked for (Retry-After): if this failure
  /// opens the breaker, it stays open that long, but at most `Settings::open_timeout_max`.
  void failure(std::string_view reason = {}, std::optional<Duration> open_for = {}) noexcept;
  /// The call failed because it took too long; otherwise like `failure`.
  void timeout(std::string_view reason = {}) noexcept;
  /// The call tells nothing about the dependency, for example because it was cancelled.
  void ignore() noexcept;

  /// Whether the call was admitted to find out if the dependency is back.
  [[nodiscard]] bool is_probe() const noexcept { return kind_ == Kind::probe; }

 private:
  friend class CircuitBreaker;
  /// `spectator`: admitted although its result must not move anything.
  enum class Kind : std::uint8_t { ordinary, probe, spectator };
  static constexpr std::uint16_t kUntracked = 0xffff;

  Permit(detail::BreakerCore& core, detail::Word word,
         TimePoint started = TimePoint::min()) noexcept
      : core_(&core), word_(word), started_(started) {}
  void succeed_slowly() noexcept;
  void report(Verdict verdict) const noexcept;
  void record(Verdict verdict, std::string_view reason, std::optional<Duration> open_for) noexcept;
  void end(Verdict verdict, std::string_view reason, std::optional<Duration> open_for) noexcept;

  detail::BreakerCore* core_;
  detail::Word word_;
  TimePoint started_;  // TimePoint::min() unless the call is timed
  std::uint32_t lease_ = 0;
  std::uint16_t slot_ = 0;
  std::uint16_t tracked_ = kUntracked;
  Kind kind_ = Kind::ordinary;
};

/// A circuit breaker with the states closed, open and half-open; `Settings` says when it moves from
/// one to the next. It has no thread of its own: transitions that are due are performed, and dated
/// correctly, by the next call that needs them.
///
/// Ownership: destroying the breaker removes its listeners first, waiting for one that runs unless
/// that one destroys the breaker itself. Permits may outlive it. A breaker can be neither copied
/// nor moved.
///
/// Memory: about a kilobyte. After construction, only these allocate: transitions, failures
/// with a reason, listeners, snapshots, and the first call of a thread when more than eight threads
/// make calls. A rejection and any further success never do.
///
/// Thread-safety: every member function may be called from any thread. No lock is held while a
/// listener or the caller's function runs. Results recorded simultaneously take effect in some
/// order; a success that would have met a trip rule only because of a simultaneous failure may be
/// noticed one call later on each thread, but no rule trips early.
class CircuitBreaker {
 public:
  /// Is told of a transition.
  using Listener = std::function<void(const StateChange&)>;
  /// Identifies a listener of one breaker.
  using ListenerId = std::uint64_t;

  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// breaker and its permits.
  explicit CircuitBreaker(std::string name, Settings settings = {},
                          const Clock& clock = steady_clock());
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// Asks to make one call. Never waits, never throws, and a rejection never allocates. Closed:
  /// takes no lock, and reads no clock unless slow calls or response times are measured. Open:
  /// takes no lock and reads the clock once. Half-open: takes the lock.
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

  /// The breaker as of now. A transition that is due is performed first, dated when it was due, and
  /// listeners are told.
  [[nodiscard]] Snapshot snapshot();
  /// The name given at construction.
  [[nodiscard]] const std::string& name() const noexcept;
  /// The counts alone. Performs no transition.
  [[nodiscard]] CallCounts calls() const;
  /// Whether nothing is going on: closed, in normal mode, no failure pending, no call under way, no
  /// listener running or about to. Performs no transition.
  [[nodiscard]] bool is_idle() const;
  /// Whether the breaker is closed. Takes no lock.
  [[nodiscard]] bool is_healthy() const noexcept {
    return (core_->word.load(std::memory_order_acquire) & detail::kStateMask) == 0;
  }
  /// Share of failed calls, 0 to 1: in the window, or among all calls without a windowed rule;
  /// 0 before the first result. Ignored calls do not count.
  [[nodiscard]] double failure_rate();
  /// Share of successful calls, 0 to 1, among the same calls; 0 before the first result.
  [[nodiscard]] double success_rate();

  /// Adds a listener, to be told of every later transition. Listeners run in the order they were
  /// added, for each transition in order, outside the lock, on the thread that caused it. While one
  /// thread runs listeners it also delivers the transitions that others cause, so that nobody waits
  /// for a slow listener, but at most `Settings::max_pending_changes` of them; then the thread that
  /// next takes the breaker's lock continues. A listener that throws is skipped; one may call back
  /// into the breaker and even destroy it.
  ListenerId add_listener(Listener listener);
  /// Removes a listener. When this returns, the listener is not running and will not run again,
  /// unless this is called from within a listener.
  void remove_listener(ListenerId id);

  /// Three findings that need no call, for example of a health check. Ignored in forced modes and
  /// when disabled. `cause` says whose finding it is.
  ///
  /// Opens a closed or half-open breaker, like a trip rule that is met.
  void trip(std::string_view reason, Cause cause = Cause::calls);
  /// Makes an open breaker half-open before its open time is over.
  void try_half_open(std::string_view reason, Cause cause = Cause::calls);
  /// Closes an open or half-open breaker, like enough successful probes.
  void recover(std::string_view reason, Cause cause = Cause::calls);

  /// Operators' switches; snapshots and listeners are told `reason`. A forced mode lasts until
  /// `reset`.
  ///
  /// Rejects every call.
  void force_open(std::string_view reason);
  /// Admits every call.
  void force_close(std::string_view reason);
  /// Admits every call, like `force_close`; snapshots show a different mode.
  void disable(std::string_view reason);
  /// Keeps the state machine running, but admits the calls that it would reject. From normal mode,
  /// state and counts are kept.
  void shadow(std::string_view reason);
  /// Returns to closed and normal with nothing pending; total counts are kept.
  void reset(std::string_view reason);

  /// Applies new settings; state and counts are kept. If the breaker is open, a new open time
  /// counts from the moment it opened. Throws like the constructor, and `std::bad_alloc`; then
  /// nothing has changed.
  void reconfigure(const Settings& settings);

  /// Reports the end of every call that begins from now on, and every rejection, to `observer`, or
  /// to nobody when null. It must outlive the calls that began while it was set, unless the breaker
  /// is destroyed earlier. An observed call costs two clock readings.
  void set_observer(PolicyObserver* observer);

 private:
  template <class Pointer, class Classify>
  friend class ClassifiedBreaker;

  expected<Permit, Rejected> acquire_slowly(detail::Word word) noexcept;
  expected<Permit, Rejected> acquire_locked() noexcept;
  /// Enters the call into the table of calls under way; false when that must happen under the lock.
  [[nodiscard]] bool watch(Permit& permit) noexcept;
  template <class F, class Classify>
  CallResult<F> call_classified(F& f, const CallContext& context, Classify& classify);
  template <class F, class Classify>
  CallResult<F> call_admitted(Permit& permit, F& f, const CallContext& context, Classify& classify);
  /// Ends the permit of a call. `describe` gives the text of the failure, if there is one.
  template <class Describe>
  void record(Permit& permit, const Assessment& assessed, const Deadline& limit,
              const CallContext& context, Describe describe);
  /// When a call that starts now exceeds `Settings::call_timeout`.
  [[nodiscard]] Deadline call_limit() const noexcept {
    const detail::Word word = core_->word.load(std::memory_order_acquire);
    return (word & detail::kLimited) == 0 ? Deadline() : limit_from_now();
  }
  [[nodiscard]] Deadline limit_from_now() const noexcept;

  std::unique_ptr<detail::BreakerCore, detail::CoreDeleter> core_;
};

inline Permit::Permit(Permit&& other) noexcept
    : core_(std::exchange(other.core_, nullptr)),
      word_(other.word_),
      started_(other.started_),
      lease_(other.lease_),
      slot_(other.slot_),
      tracked_(other.tracked_),
      kind_(other.kind_) {}

inline Permit::~Permit() {
  if (core_ != nullptr) end(Verdict::ignored, {}, {});
}

inline void Permit::success() noexcept {
  if (core_ == nullptr) return;
  // Closed, normal, the same generation, no failure pending, nothing to measure: only count.
  if ((word_ & detail::kSuccessNotPlain) == 0 &&
      core_->word.load(std::memory_order_acquire) == word_) [[likely]] {
    detail::count(*core_, &detail::Tally::success);
    core_ = nullptr;
    return;
  }
  succeed_slowly();
}

inline expected<Permit, Rejected> CircuitBreaker::try_acquire() noexcept {
  const detail::Word word = core_->word.load(std::memory_order_acquire);
  if ((word & detail::kAdmissionNotPlain) == 0) [[likely]] {
    detail::count(*core_, &detail::Tally::started);
    return Permit(*core_, word & ~detail::kPassing);
  }
  return acquire_slowly(word);
}

}  // namespace circuitbreaker

#include "circuitbreaker/breaker_call.h"
