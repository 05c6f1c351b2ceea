#include "call_window.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace circuitbreaker::detail {
namespace {

constexpr std::uint64_t kWordBits = 64;

void add(WindowTotals& totals, const WindowTotals& more) noexcept {
  totals.calls += more.calls;
  totals.failures += more.failures;
  totals.slow += more.slow;
}

void subtract(WindowTotals& totals, const WindowTotals& less) noexcept {
  totals.calls -= less.calls;
  totals.failures -= less.failures;
  totals.slow -= less.slow;
}

WindowTotals one_call(bool failed, bool slow) noexcept {
  return {1, failed ? 1u : 0u, slow ? 1u : 0u};
}

bool test(const std::vector<std::uint64_t>& bits, std::uint64_t place) noexcept {
  return (bits[place / kWordBits] >> (place % kWordBits) & 1) != 0;
}

void set(std::vector<std::uint64_t>& bits, std::uint64_t place) noexcept {
  bits[place / kWordBits] |= std::uint64_t{1} << (place % kWordBits);
}

/// Clears the bits from `begin` up to but not including `end` and returns how many were set.
std::uint64_t clear_bits(std::vector<std::uint64_t>& bits, std::uint64_t begin,
                         std::uint64_t end) noexcept {
  std::uint64_t cleared = 0;
  while (begin < end) {
    const std::uint64_t offset = begin % kWordBits;
    const std::uint64_t length = std::min(kWordBits - offset, end - begin);
    const std::uint64_t mask = (~std::uint64_t{0} >> (kWordBits - length)) << offset;
    std::uint64_t& word = bits[begin / kWordBits];
    cleared += static_cast<std::uint64_t>(std::popcount(word & mask));
    word &= ~mask;
    begin += length;
  }
  return cleared;
}

}  // namespace

void CallWindow::configure(const Window& shape, TimePoint now) {
  CallWindow fresh;
  fresh.shape_ = shape;
  if (shape.kind == Window::Kind::count) {
    fresh.failed_.resize(shape.calls / kWordBits + 1);
    fresh.slow_.resize(shape.calls / kWordBits + 1);
  } else {
    fresh.buckets_.resize(std::size_t{shape.buckets} + 1);
    const auto buckets = static_cast<Duration::rep>(shape.buckets);
    fresh.bucket_length_ = Duration((shape.length.count() + buckets - 1) / buckets);
    if (buckets_.empty()) fresh.newest_ = fresh.epoch_of(now);
  }
  if (counts_calls()) {
    fresh.absorb_calls(*this, now);
  } else {
    for (std::size_t i = 1; i <= buckets_.size(); ++i) {
      const TimeBucket& bucket = buckets_[(newest_ + i) % buckets_.size()];  // Oldest bucket first.
      fresh.absorb_bucket(bucket.totals,
                          TimePoint(bucket_length_ * static_cast<Duration::rep>(bucket.epoch)));
    }
  }
  fresh.advance(now);
  *this = std::move(fresh);
}

void CallWindow::absorb_calls(const CallWindow& old, TimePoint now) {
  for (std::uint64_t i = old.newest_ - old.totals_.calls; i < old.newest_; ++i) {
    const std::uint64_t place = i % old.shape_.calls;
    record(now, test(old.failed_, place), test(old.slow_, place));
  }
}

void CallWindow::absorb_bucket(const WindowTotals& totals, TimePoint at) {
  if (totals.calls == 0) return;
  if (!counts_calls()) {
    advance(at);
    TimeBucket& bucket = buckets_[newest_ % buckets_.size()];
    bucket.epoch = newest_;
    add(bucket.totals, totals);
    add(totals_, totals);
    return;
  }
  // The order of calls within a bucket is not known, so failed and slow calls are spread evenly.
  const auto rises = [&](std::uint64_t i, std::uint64_t part) {
    const auto share = static_cast<double>(part) / static_cast<double>(totals.calls);
    return std::floor(static_cast<double>(i + 1) * share) >
           std::floor(static_cast<double>(i) * share);
  };
  const std::uint64_t kept = std::min<std::uint64_t>(totals.calls, shape_.calls);
  for (std::uint64_t i = totals.calls - kept; i < totals.calls; ++i) {
    record(at, rises(i, totals.failures), rises(i, totals.slow));
  }
}

std::uint64_t CallWindow::epoch_of(TimePoint at) const noexcept {
  return static_cast<std::uint64_t>(at.time_since_epoch() / bucket_length_);
}

TimePoint CallWindow::bucket_end() const noexcept {
  if (counts_calls()) return TimePoint::max();
  return TimePoint(bucket_length_ * static_cast<Duration::rep>(newest_ + 1));
}

void CallWindow::forget_range(std::uint64_t begin, std::uint64_t end) noexcept {
  totals_.failures -= clear_bits(failed_, begin, end);
  totals_.slow -= clear_bits(slow_, begin, end);
}

void CallWindow::forget_places(std::uint64_t count) noexcept {
  const std::uint64_t free = shape_.calls - totals_.calls;
  if (count > free) totals_.calls -= count - free;
  if (totals_.failures == 0 && totals_.slow == 0) return;
  const std::uint64_t begin = newest_ % shape_.calls;
  const std::uint64_t end = begin + count;
  forget_range(begin, std::min<std::uint64_t>(end, shape_.calls));
  if (end > shape_.calls) forget_range(0, end - shape_.calls);
}

CallWindow::EntryId CallWindow::record(TimePoint at, bool failed, bool slow) noexcept {
  const WindowTotals call = one_call(failed, slow);
  if (counts_calls()) {
    forget_places(1);
    const std::uint64_t place = newest_ % shape_.calls;
    if (failed) set(failed_, place);
    if (slow) set(slow_, place);
    add(totals_, call);
    return newest_++;
  }
  advance(at);
  TimeBucket& bucket = buckets_[newest_ % buckets_.size()];
  bucket.epoch = newest_;
  add(bucket.totals, call);
  add(totals_, call);
  return newest_;
}

void CallWindow::record_successes(std::uint64_t count) noexcept {
  if (counts_calls()) {
    const std::uint64_t kept = std::min<std::uint64_t>(count, shape_.calls);
    newest_ += count - kept;
    forget_places(kept);
    newest_ += kept;
    totals_.calls += kept;
    return;
  }
  TimeBucket& bucket = buckets_[newest_ % buckets_.size()];
  bucket.epoch = newest_;
  bucket.totals.calls += count;
  totals_.calls += count;
}

void CallWindow::mark_failed(EntryId entry) noexcept {
  if (entry == kNoEntry) return;
  if (counts_calls()) {
    if (newest_ - entry > shape_.calls) return;
    set(failed_, entry % shape_.calls);
    ++totals_.failures;
    return;
  }
  TimeBucket& bucket = buckets_[entry % buckets_.size()];
  if (bucket.epoch != entry || bucket.totals.calls == 0) return;
  ++bucket.totals.failures;
  ++totals_.failures;
}

bool CallWindow::advance(TimePoint now) noexcept {
  if (counts_calls()) return false;
  const std::uint64_t epoch = epoch_of(now);
  if (epoch <= newest_) return false;
  const std::uint64_t passed = std::min<std::uint64_t>(epoch - newest_, buckets_.size());
  for (std::uint64_t i = 1; i <= passed; ++i) {
    TimeBucket& bucket = buckets_[(newest_ + i) % buckets_.size()];
    subtract(totals_, bucket.totals);
    bucket = TimeBucket();
  }
  newest_ = epoch;
  return true;
}

void CallWindow::clear() noexcept {
  totals_ = {};
  std::fill(failed_.begin(), failed_.end(), 0);
  std::fill(slow_.begin(), slow_.end(), 0);
  std::fill(buckets_.begin(), buckets_.end(), TimeBucket());
}

}  // namespace circuitbreaker::detail
