#pragma once
/// A circuit breaker: stops calls to a dependency that keeps failing, and detects by itself when
/// the dependency has recovered (Michael Nygard, "Release It!", chapter "Stability Patterns").
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

/// Releases a breaker's core, which is freed once its last permit has ended.
struct CoreDeleter {
  /// Takes over `core`.
  void operator()(BreakerCore* core) const noexcept;
};

}  // namespace detail

/// The right to make one call. The first call of `success`, `failure`, `timeout` or `ignore` ends
/// it; later ones have no effect. Destroying a permit that has not ended ends it as `ignore` does
/// and frees its probe slot. A result that arrives after the breaker has changed its state, or
/// after the probe's lease has passed to another caller, is counted but causes no transition.
///
/// A permit keeps alive everything it needs except the breaker's clock, so it may outlive its
/// `CircuitBreaker`; its result is then reported to nobody.
///
/// Thread-safety: one thread at a time may use a permit. It may end on a different thread than the
/// one it began on.
class [[nodiscard]] Permit {
 public:
  /// Takes over the right to the call from `other`, which is left without one.
  Permit(Permit&& other) noexcept;
  /// Ends this permit's own call as ignored, then takes over the right of `other`.
  Permit& operator=(Permit&& other) noexcept;
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  /// Ignores the call, unless the permit has already ended.
  ~Permit();

  /// The call succeeded. With a slow-call rule, a probe that took too long counts as failed.
  void success() noexcept;
  /// The call failed. `reason`, shortened to 200 bytes, is kept for `Snapshot::last_failure`.
  /// `open_for` is the time that the dependency itself asked for (Retry-After): if this failure
  /// opens the breaker, it stays open that long, but at most `Settings::open_timeout_max`.
  void failure(std::string_view reason = {}, std::optional<Duration> open_for = {}) noexcept;
  /// The call failed because it took too long; otherwise like `failure`.
  void timeout(std::string_view reason = {}) noexcept;
  /// The call says nothing about the dependency, for example because it was cancelled.
  void ignore() noexcept;

  /// Whether the call is a probe, admitted to find out if the dependency has recovered.
  [[nodiscard]] bool is_probe() const noexcept { return kind_ == Kind::probe; }

 private:
  friend class CircuitBreaker;
  /// `spectator`: whether the call was admitted although its result must not cause a transition.
  enum class Kind : std::uint8_t { ordinary, probe, spectator };
  static constexpr std::uint16_t kUntracked = 0xffff;

  Permit(detail::BreakerCore& core, detail::Word word,
         TimePoint started = TimePoint::min()) noexcept
      : core_(&core), word_(word), started_(started) {}
  void succeed_slowly() noexcept;
  void report(Verdict verdict) const noexcept;
  /// Both return how long the breaker will reject calls from now on. When they return, a listener
  /// may have destroyed the breaker.
  Duration record(Verdict verdict, std::string_view reason,
                  std::optional<Duration> open_for) noexcept;
  Duration end(Verdict verdict, std::string_view reason, std::optional<Duration> open_for) noexcept;

  detail::BreakerCore* core_;
  detail::Word word_;
  TimePoint started_;  // `TimePoint::min()` if the call is not timed.
  std::uint32_t lease_ = 0;
  std::uint16_t slot_ = 0;
  std::uint16_t tracked_ = kUntracked;
  Kind kind_ = Kind::ordinary;
};

/// A circuit breaker with the states closed, open and half-open; `Settings` determines when it
/// changes from one to another. It has no thread of its own: transitions that are due are
/// performed, and dated correctly, by the next call that needs them.
///
/// Ownership: destroying the breaker first removes its listeners. This waits for a running
/// listener, except when that listener itself destroys the breaker. Permits may outlive the
/// breaker. A breaker can be neither copied nor moved.
///
/// Memory: about a kilobyte. After construction, only these allocate: transitions, failures with a
/// reason, listeners, snapshots, and the first call of a thread if more than eight threads make
/// calls. Rejections and further successes never allocate.
///
/// Thread-safety: every member function may be called from any thread. No lock is held while a
/// listener or the caller's function runs. Results recorded simultaneously take effect in some
/// order. If a success meets a trip rule only because of a simultaneous failure, the breaker may
/// trip one call later on each thread, but it never trips early.
class CircuitBreaker {
 public:
  /// Called for every transition.
  using Listener = std::function<void(const StateChange&)>;
  /// Identifies a listener of one breaker.
  using ListenerId = std::uint64_t;

  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// breaker and its permits.
  explicit CircuitBreaker(std::string name, Settings settings = {},
                          const Clock& clock = steady_clock());
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// Asks for permission to make one call. Never waits, never throws, and a rejection never
  /// allocates. Closed: takes no lock, and reads no clock unless slow calls or response times are
  /// measured. Open: takes no lock and reads the clock once. Half-open: takes the lock.
  [[nodiscard]] expected<Permit, Rejected> try_acquire() noexcept;

  /// Calls `f` if the breaker admits it, records the verdict on its outcome (see `UsualVerdict`),
  /// and returns its result or the rejection (see `CallResult`). An exception is recorded and
  /// rethrown. If `f` takes a context, its deadline is the caller's deadline or the end of
  /// `Settings::call_timeout`, whichever comes first. A call that takes longer than `call_timeout`
  /// counts as a timeout, even though its value is still returned. A call is ignored if it fails
  /// after the caller's own deadline or after the caller requested a stop; it is rejected if either
  /// happened before it begins.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {});

  /// A policy for pipelines that consists of this breaker and your own classifier; see
  /// `ClassifiedBreaker::call`. The breaker must outlive it.
  ///
  ///     auto lenient = breaker.when([](const Response& r) {
  ///       return r.status >= 500 ? Verdict::failure : Verdict::success;
  ///     });
  ///     auto page = pipeline(retry, lenient).call(fetch);
  template <class Classify>
  [[nodiscard]] auto when(Classify classify) &;
  /// Deleted, because the policy would refer to a temporary breaker.
  template <class Classify>
  void when(Classify classify) && = delete;

  /// The breaker's current state and counts. A transition that is due is performed first, dated
  /// when it was due, and reported to listeners.
  [[nodiscard]] Snapshot snapshot();
  /// The name given at construction.
  [[nodiscard]] const std::string& name() const noexcept;
  /// Only the counts. Performs no transition.
  [[nodiscard]] CallCounts calls() const;
  /// Whether the breaker is idle: closed, in normal mode, with no failure pending, no call in
  /// progress, and no listener running or about to run. Performs no transition.
  [[nodiscard]] bool is_idle() const;
  /// Whether the breaker is closed. Takes no lock.
  [[nodiscard]] bool is_healthy() const noexcept {
    return (core_->word.load(std::memory_order_acquire) & detail::kStateMask) == 0;
  }
  /// Share of failed calls, 0 to 1: in the window, or among all calls if there is no windowed rule;
  /// 0 before the first result. Ignored calls do not count.
  [[nodiscard]] double failure_rate();
  /// Share of successful calls among those of `failure_rate`, 0 to 1; 0 before the first result.
  [[nodiscard]] double success_rate();

  /// Adds a listener for all later transitions. Listeners run in the order in which they were
  /// added, and receive transitions in order, outside the lock, on the thread that caused the
  /// transition. While one thread runs listeners it also delivers the transitions that other
  /// threads cause, so that nobody waits for a slow listener, but at most
  /// `Settings::max_pending_changes` of them; then the next thread that takes the breaker's lock
  /// continues. A listener that throws is skipped; a listener may call back into the breaker and
  /// even destroy it.
  ListenerId add_listener(Listener listener);
  /// Removes a listener. When this returns, the listener is not running and will not run again,
  /// unless this is called from within a listener.
  void remove_listener(ListenerId id);

  /// The next three functions apply findings that come from outside the breaker's calls, for
  /// example from a health check. They have no effect in forced modes and when disabled. `cause`
  /// names the source of the finding.
  ///
  /// Opens a closed or half-open breaker, as if a trip rule had been met.
  void trip(std::string_view reason, Cause cause = Cause::calls);
  /// Makes an open breaker half-open before its open time has elapsed.
  void try_half_open(std::string_view reason, Cause cause = Cause::calls);
  /// Closes an open or half-open breaker, as if enough probes had succeeded.
  void recover(std::string_view reason, Cause cause = Cause::calls);

  /// The functions from here to `reset` are operators' controls; snapshots and listeners show
  /// `reason`. A forced mode lasts until `reset`.
  ///
  /// Rejects every call.
  void force_open(std::string_view reason);
  /// Admits every call.
  void force_close(std::string_view reason);
  /// Admits every call, like `force_close`, but snapshots show a different mode.
  void disable(std::string_view reason);
  /// Admits every call, including those that the state machine, which keeps running, would reject.
  /// State and counts are kept if the breaker was in normal mode.
  void shadow(std::string_view reason);
  /// Returns to the closed state and normal mode with nothing pending; total counts are kept.
  void reset(std::string_view reason);

  /// Applies new settings; state and counts are kept. If the breaker is open, a new open time is
  /// measured from the moment it opened. May throw the constructor's exceptions and
  /// `std::bad_alloc`; nothing has changed then.
  void reconfigure(const Settings& settings);

  /// Reports the end of every call that begins from now on, and every rejection, to `observer`;
  /// null: to nobody. The observer must outlive the calls that began while it was set, unless the
  /// breaker is destroyed earlier. An observed call costs two clock readings.
  void set_observer(PolicyObserver* observer);

 private:
  template <class Pointer, class Classify>
  friend class ClassifiedBreaker;

  expected<Permit, Rejected> acquire_slowly(detail::Word word) noexcept;
  expected<Permit, Rejected> acquire_locked() noexcept;
  /// Adds the call to the table of calls in progress; false if that must happen under the lock.
  [[nodiscard]] bool watch(Permit& permit) noexcept;
  template <class F, class Classify>
  CallResult<F> call_classified(F& f, const CallContext& context, Classify& classify);
  template <class F, class Classify>
  CallResult<F> call_admitted(Permit& permit, F& f, const CallContext& context, Classify& classify);
  /// Ends the permit of a call. `describe` gives the text of the failure, if there is one. Static,
  /// because a listener may destroy the breaker.
  template <class Describe>
  static void record(Permit& permit, const Assessment& assessed, const Deadline& limit,
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
  // The breaker is closed, in normal mode and in the same generation, with no failure pending and
  // nothing to measure: counting is all there is to do.
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
