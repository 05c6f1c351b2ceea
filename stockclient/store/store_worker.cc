#include "stockclient/store/store_worker.h"

#include <algorithm>
#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

namespace {

// These limits bound one slice of work to about 20 ms on an ordinary disk.
constexpr std::size_t kBatchValues = 500;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
constexpr std::size_t kPageBytes = std::size_t{512} << 10;
/// Size of the unwritten values from which a commit no longer waits for the write delay.
constexpr std::size_t kEagerBytes = kBatchBytes;
/// Memory of a pending value in addition to its strings.
constexpr std::size_t kOverheadBytes = 256;

std::size_t size_of(const StoredValue& value) {
  return kOverheadBytes + 2 * value.key.size() + value.body.size() + value.boot_id.size();
}

/// Whether the connection may be broken, so that the store must be opened again.
bool needs_reopening(StoreError::Kind kind) {
  switch (kind) {
    case StoreError::Kind::unavailable:
    case StoreError::Kind::corrupt:
    case StoreError::Kind::locked:
      return true;
    default:
      return false;
  }
}

void end(circuitbreaker::Permit& permit, const StoreError& error) {
  switch (error.kind) {
    case StoreError::Kind::cancelled:
      return permit.ignore();
    case StoreError::Kind::timeout:
      return permit.timeout(error.detail);
    default:
      return permit.failure(error.detail);
  }
}

}  // namespace

StoreWorker::StoreWorker(Opener opener, circuitbreaker::CircuitBreaker& breaker,
                         const circuitbreaker::Clock& clock, StoreObserver& observer,
                         StoreWorkerSettings settings)
    : opener_(std::move(opener)),
      breaker_(breaker),
      clock_(clock),
      observer_(observer),
      settings_(settings),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

StoreWorker::~StoreWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    fail_finds();
  }
  work_arrived_.notify_one();
  // The thread writes the pending values before it ends.
  thread_.join();
}

void StoreWorker::load(LoadSink sink) {
  const std::lock_guard lock(mutex_);
  sink_ = std::move(sink);
  load_cursor_ = LoadCursor();
  work_arrived_.notify_one();
}

void StoreWorker::stop_loading() {
  Lock lock(mutex_);
  load_cursor_.reset();
  progress_.wait(lock, [&] { return !sink_runs_; });
  sink_ = nullptr;
}

std::optional<StoredValue> StoreWorker::find(const std::string& key, Duration wait) {
  Lock lock(mutex_);
  if (const auto pending = pending_by_key_.find(key); pending != pending_by_key_.end()) {
    return pending->second->value;
  }
  if (stopping_ || out_of_service()) return std::nullopt;
  const auto request = std::make_shared<PendingFind>(PendingFind{key, std::nullopt, false});
  finds_.push_back(request);
  work_arrived_.notify_one();
  if (!progress_.wait_for(lock, wait, [&] { return request->done; })) finds_.remove(request);
  return std::move(request->found);
}

bool StoreWorker::put(StoredValue value, Duration wait) {
  Lock lock(mutex_);
  add_pending(std::move(value));
  const std::uint64_t ticket = last_ticket_;
  const bool stuck = call_started_ && clock_.now() - *call_started_ >= settings_.stuck_after;
  if (wait <= Duration::zero() || stuck || stopping_ || out_of_service()) {
    work_arrived_.notify_one();
    return false;
  }
  ++waiting_writers_;
  work_arrived_.notify_one();
  const bool durable =
      progress_.wait_for(lock, wait, [&] { return durable_ticket_ >= ticket || out_of_service(); });
  --waiting_writers_;
  return durable && durable_ticket_ >= ticket;
}

void StoreWorker::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (const auto pending = pending_by_key_.find(key); pending != pending_by_key_.end()) {
    remove_pending(pending->second);
  }
  forgets_.push_back(key);
  work_arrived_.notify_one();
}

std::optional<Duration> StoreWorker::rejected_for() const {
  const circuitbreaker::Snapshot breaker = breaker_.snapshot();
  const bool rejects = breaker.state == circuitbreaker::State::open ||
                       breaker.mode == circuitbreaker::Mode::forced_open;
  if (!rejects || breaker.mode == circuitbreaker::Mode::shadow) return std::nullopt;
  return breaker.retry_after.value_or(settings_.reopen_delay);
}

StoreWorkerState StoreWorker::state() const {
  const std::lock_guard lock(mutex_);
  StoreWorkerState state;
  state.error = error_;
  state.pending_values = pending_.size();
  state.pending_bytes = pending_bytes_;
  if (!pending_.empty()) state.write_lag = clock_.now() - pending_.front().since;
  state.dropped = dropped_;
  state.statistics = statistics_;
  return state;
}

bool StoreWorker::out_of_service() const {
  return error_ && clock_.now() < blocked_until_;
}

void StoreWorker::add_pending(StoredValue value) {
  TimePoint since = clock_.now();
  if (const auto earlier = pending_by_key_.find(value.key); earlier != pending_by_key_.end()) {
    const PendingValue& pending = *earlier->second;
    since = pending.since;
    // As in the store, an older value only updates the request time.
    if (!is_newer(value, pending.value, WallTime::max())) {
      const auto asked = std::max(value.asked_at, pending.value.asked_at);
      value = pending.value;
      value.asked_at = asked;
    }
    remove_pending(earlier->second);
  }
  pending_bytes_ += size_of(value);
  const std::string key = value.key;
  pending_by_key_[key] = pending_.insert(pending_.end(), {std::move(value), since, ++last_ticket_});
  while (pending_bytes_ > settings_.max_pending_bytes && pending_.size() > 1) {
    remove_pending(pending_.begin());
    ++dropped_;
  }
}

void StoreWorker::remove_pending(PendingList::iterator position) {
  pending_bytes_ -= size_of(position->value);
  pending_by_key_.erase(position->value.key);
  pending_.erase(position);
}

void StoreWorker::fail_finds() {
  for (const auto& find : finds_) find->done = true;
  finds_.clear();
  progress_.notify_all();
}

void StoreWorker::run(const std::stop_token& stop) {
  Lock lock(mutex_);
  while (true) {
    if (work(lock, stop)) continue;
    if (stopping_) break;
    const TimePoint due = next_due();
    const bool blocked = clock_.now() < blocked_until_;
    const auto arrived = [&] {
      // A caller whose value is durable is still counted until it wakes up.
      const bool commit_wanted = waiting_writers_ > 0 && !pending_.empty();
      const bool call_wanted =
          commit_wanted || !forgets_.empty() || load_cursor_ || next_due() < due;
      return stopping_ || !finds_.empty() || (call_wanted && !blocked);
    };
    if (out_of_service()) fail_finds();
    if (due == TimePoint::max()) {
      work_arrived_.wait(lock, arrived);
    } else {
      work_arrived_.wait_for(lock, std::max(due - clock_.now(), Duration::zero()), arrived);
    }
  }
  lock.unlock();
  store_.reset();
}

bool StoreWorker::work(Lock& lock, const std::stop_token& stop) {
  const TimePoint now = clock_.now();
  if (now < blocked_until_) {
    fail_finds();
    return false;
  }
  const bool may_wait = pending_.empty() || (pending_bytes_ < kEagerBytes && !stopping_ &&
                                             now - pending_.front().since < settings_.write_delay);
  const bool commit_wanted = waiting_writers_ > 0 && !pending_.empty();
  if (stopping_ && pending_.empty()) return false;
  if (!store_) {
    open(lock, stop);
  } else if (!forgets_.empty()) {
    remove_forgotten(lock);
  } else if (!finds_.empty() && !commit_wanted) {
    answer_find(lock);
  } else if (commit_wanted || !may_wait) {
    commit(lock);
  } else if (load_cursor_) {
    load_page(lock);
  } else if (trim_again_ || now >= next_upkeep_) {
    upkeep(lock);
  } else {
    return false;
  }
  // When the worker ends, values that cannot be written now are abandoned.
  return !(stopping_ && error_);
}

TimePoint StoreWorker::next_due() const {
  if (clock_.now() < blocked_until_) return blocked_until_;
  TimePoint due = next_upkeep_;
  if (!pending_.empty()) due = std::min(due, pending_.front().since + settings_.write_delay);
  return due;
}

template <class Call>
auto StoreWorker::call(Lock& lock, std::string_view operation, Call make_call)
    -> std::optional<decltype(make_call(TimePoint()))> {
  const TimePoint started = clock_.now();
  call_started_ = started;
  lock.unlock();
  auto permit = breaker_.try_acquire();
  std::optional<decltype(make_call(TimePoint()))> result;
  if (permit) {
    const Duration limit = breaker_.snapshot().settings.call_timeout;
    result.emplace(
        make_call(started + (limit > Duration::zero() ? limit : settings_.request_timeout)));
    if (*result) {
      permit->success();
    } else {
      end(*permit, result->error());
    }
  }
  lock.lock();
  call_started_.reset();
  if (!permit) {
    blocked_until_ = clock_.now() + permit.error().retry_after.value_or(settings_.reopen_delay);
    if (!error_) error_ = StoreError{StoreError::Kind::unavailable, "the circuit breaker is open"};
    fail_finds();
  } else if (*result) {
    note_success(lock);
  } else {
    note_failure(lock, operation, result->error());
  }
  return result;
}

void StoreWorker::note_failure(Lock& lock, std::string_view operation, const StoreError& error) {
  error_ = error;
  const bool reopen = needs_reopening(error.kind) || operation == "open";
  if (reopen || error.kind == StoreError::Kind::full) {
    blocked_until_ = clock_.now() + settings_.reopen_delay;
  }
  fail_finds();
  lock.unlock();
  if (reopen) store_.reset();
  observer_.store_failed(operation, error);
  lock.lock();
}

void StoreWorker::note_success(Lock& lock) {
  if (!error_) return;
  error_.reset();
  lock.unlock();
  observer_.store_recovered();
  lock.lock();
}

void StoreWorker::open(Lock& lock, const std::stop_token& stop) {
  static_cast<void>(call(lock, "open", [&](TimePoint) -> StoreResult<void> {
    auto opened = opener_(stop);
    if (!opened) return circuitbreaker::unexpected<StoreError>(std::move(opened.error()));
    store_ = std::move(*opened);
    return {};
  }));
}

void StoreWorker::commit(Lock& lock) {
  std::vector<StoredValue> batch;
  std::uint64_t last = 0;
  std::size_t bytes = 0;
  for (const PendingValue& pending : pending_) {
    if (batch.size() == kBatchValues || (bytes > 0 && bytes + size_of(pending.value) > kBatchBytes))
      break;
    bytes += size_of(pending.value);
    batch.push_back(pending.value);
    last = pending.ticket;
  }
  const auto written =
      call(lock, "put", [&](TimePoint deadline) { return store_->put(batch, deadline); });
  if (written && *written) {
    durable_ticket_ = last;
    while (!pending_.empty() && pending_.front().ticket <= last) remove_pending(pending_.begin());
  }
  progress_.notify_all();
}

void StoreWorker::answer_find(Lock& lock) {
  const std::shared_ptr<PendingFind> request = finds_.front();
  finds_.pop_front();
  auto found =
      call(lock, "find", [&](TimePoint deadline) { return store_->find(request->key, deadline); });
  if (found && *found) request->found = std::move(**found);
  request->done = true;
  progress_.notify_all();
}

void StoreWorker::remove_forgotten(Lock& lock) {
  const std::string key = forgets_.back();
  const auto removed =
      call(lock, "forget", [&](TimePoint deadline) { return store_->forget(key, deadline); });
  if (removed && *removed) std::erase(forgets_, key);
}

void StoreWorker::load_page(Lock& lock) {
  const LoadCursor cursor = *load_cursor_;
  auto page = call(lock, "load",
                   [&](TimePoint deadline) { return store_->load(cursor, kPageBytes, deadline); });
  if (!page || !*page) return;
  // Loading may have ended in the meantime.
  if (!load_cursor_) return;
  load_cursor_ = (*page)->next;
  sink_runs_ = true;
  lock.unlock();
  const bool more = sink_(std::move((*page)->values));
  lock.lock();
  sink_runs_ = false;
  if (!more) load_cursor_.reset();
  progress_.notify_all();
}

void StoreWorker::upkeep(Lock& lock) {
  std::optional<StoreStatistics> statistics;
  bool too_large = false;
  const auto done = call(lock, "upkeep", [&](TimePoint deadline) -> StoreResult<void> {
    auto trimmed = store_->trim(settings_.max_store_bytes, deadline);
    if (!trimmed) return circuitbreaker::unexpected<StoreError>(std::move(trimmed.error()));
    too_large = *trimmed;
    if (too_large) return {};
    if (ping_.load()) {
      if (auto alive = store_->ping(deadline); !alive) return alive;
    }
    auto counted = store_->statistics(deadline);
    if (!counted) return circuitbreaker::unexpected<StoreError>(std::move(counted.error()));
    statistics = *counted;
    return {};
  });
  next_upkeep_ = clock_.now() + settings_.upkeep_interval;
  trim_again_ = done && *done && too_large;
  if (statistics) statistics_ = statistics;
}

}  // namespace stockclient
