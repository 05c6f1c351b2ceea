#pragma once
/// Settings that may be replaced while others read them.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "stockclient/stock_client_settings.h"

namespace stockclient {

/// Readers take one atomic load and no lock, and may keep what they got: a version lives as long as
/// this object, so a replacement costs about 400 bytes for good. It is for a hand on a reload, not
/// for a loop. Thread-safety: every member function may be called from any thread.
class LiveSettings {
 public:
  explicit LiveSettings(StockClientSettings settings) { replace(std::move(settings)); }

  [[nodiscard]] const StockClientSettings& operator*() const noexcept {
    return *current_.load(std::memory_order_acquire);
  }
  [[nodiscard]] const StockClientSettings* operator->() const noexcept { return &**this; }

  void replace(StockClientSettings settings) {
    const std::lock_guard lock(mutex_);
    versions_.push_back(std::make_unique<const StockClientSettings>(std::move(settings)));
    current_.store(versions_.back().get(), std::memory_order_release);
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<const StockClientSettings>> versions_;
  std::atomic<const StockClientSettings*> current_{nullptr};
};

}  // namespace stockclient
