#include "call_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace circuitbreaker::detail {
namespace {

constexpr std::uint8_t kFailed = 1;
constexpr std::uint8_t kSlow = 2;

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

}  // namespace

void CallWindow::configure(const Window& shape, TimePoint now) {
  CallWindow fresh;
  fresh.shape_ = shape;
  if (shape.kind == Window::Kind::count) {
    fresh.calls_.resize(shape.calls);
  } else {
    fresh.buckets_.resize(shape.buckets);
    if (buckets_.empty()) fresh.newest_ = fresh.epoch_of(now);
  }
  fresh.absorb(*this, now);
  *this = std::move(fresh);
}

void CallWindow::absorb(const CallWindow& old, TimePoint now) {
  const std::uint64_t kept = std::min<std::uint64_t>(old.newest_, old.calls_.size());
  for (std::uint64_t i = old.newest_ - kept; !old.calls_.empty() && i < old.newest_; ++i) {
    const std::uint8_t call = old.calls_[i % old.calls_.size()];
    record(now, (call & kFailed) != 0, (call & kSlow) != 0);
  }
  const Duration length =
      old.buckets_.empty() ? Duration() : old.shape_.length / old.shape_.buckets;
  for (std::size_t i = 1; i <= old.buckets_.size(); ++i) {
    const Bucket& bucket = old.buckets_[(old.newest_ + i) % old.buckets_.size()];  // oldest first
    absorb(bucket.totals, TimePoint(length * static_cast<Duration::rep>(bucket.epoch)));
  }
  advance(now);
}

void CallWindow::absorb(const WindowTotals& totals, TimePoint at) {
  if (totals.calls == 0) return;
  if (!buckets_.empty()) {
    advance(at);
    buckets_[newest_ % buckets_.size()].epoch = newest_;
    add(buckets_[newest_ % buckets_.size()].totals, totals);
    add(totals_, totals);
    return;
  }
  // Their order is not known: failed and slow ones are spread evenly over the newest that fit.
  const auto rises = [&](std::uint64_t i, std::uint64_t part) {
    const auto share = static_cast<double>(part) / static_cast<double>(totals.calls);
    return std::floor(static_cast<double>(i + 1) * share) >
           std::floor(static_cast<double>(i) * share);
  };
  for (auto i = totals.calls - std::min<std::uint64_t>(totals.calls, calls_.size());
       i < totals.calls; ++i) {
    record(at, rises(i, totals.failures), rises(i, totals.slow));
  }
}

std::uint64_t CallWindow::epoch_of(TimePoint at) const noexcept {
  return static_cast<std::uint64_t>(at.time_since_epoch() / (shape_.length / shape_.buckets));
}

CallWindow::EntryId CallWindow::record(TimePoint at, bool failed, bool slow) noexcept {
  const WindowTotals call = one_call(failed, slow);
  if (!calls_.empty()) {
    std::uint8_t& place = calls_[next_place_];
    if (++next_place_ == calls_.size()) next_place_ = 0;
    if (newest_ >= calls_.size()) {
      subtract(totals_, one_call((place & kFailed) != 0, (place & kSlow) != 0));
    }
    place = static_cast<std::uint8_t>((failed ? kFailed : 0) | (slow ? kSlow : 0));
    add(totals_, call);
    return newest_++;
  }
  if (buckets_.empty()) return kNoEntry;
  advance(at);
  Bucket& bucket = buckets_[newest_ % buckets_.size()];
  bucket.epoch = newest_;
  add(bucket.totals, call);
  add(totals_, call);
  return newest_;
}

void CallWindow::mark_failed(EntryId entry) noexcept {
  if (entry == kNoEntry) return;
  if (!calls_.empty()) {
    if (newest_ - entry > calls_.size()) return;
    calls_[entry % calls_.size()] |= kFailed;
    ++totals_.failures;
  } else if (!buckets_.empty()) {
    Bucket& bucket = buckets_[entry % buckets_.size()];
    if (bucket.epoch != entry || bucket.totals.calls == 0) return;
    ++bucket.totals.failures;
    ++totals_.failures;
  }
}

void CallWindow::advance(TimePoint now) noexcept {
  if (buckets_.empty()) return;
  const std::uint64_t epoch = epoch_of(now);
  if (epoch <= newest_) return;
  const std::uint64_t passed = std::min<std::uint64_t>(epoch - newest_, buckets_.size());
  for (std::uint64_t i = 1; i <= passed; ++i) {
    Bucket& bucket = buckets_[(newest_ + i) % buckets_.size()];
    subtract(totals_, bucket.totals);
    bucket = Bucket();
  }
  newest_ = epoch;
}

void CallWindow::clear() noexcept {
  totals_ = {};
  if (!calls_.empty()) newest_ = next_place_ = 0;
  std::fill(buckets_.begin(), buckets_.end(), Bucket());
}

}  // namespace circuitbreaker::detail
