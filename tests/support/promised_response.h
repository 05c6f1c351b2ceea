#pragma once
/// Pending responses that a test makes ready.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "service/http/http_message.h"

namespace test_support {

/// Creates pending responses, all of which become ready with a single call of `fulfil`.
/// Thread-safe.
class Promises {
 public:
  /// Returns a response that becomes ready when `fulfil` is called, or is ready immediately if it
  /// already was.
  std::unique_ptr<service::PendingResponse> wait() {
    waiting_.fetch_add(1);
    return std::make_unique<Waiter>(*this);
  }

  /// Makes all responses ready, including those handed out later.
  void fulfil(service::HttpResponse response) {
    std::vector<std::function<void()>> callbacks;
    {
      const std::lock_guard lock(mutex_);
      response_ = std::move(response);
      ready_ = true;
      callbacks.swap(callbacks_);
    }
    for (const auto& callback : callbacks) callback();
  }

  /// Number of responses that were handed out and have been neither answered nor abandoned.
  [[nodiscard]] int waiting() const { return waiting_.load(); }
  /// Number of calls of `take`.
  [[nodiscard]] int taken() const { return taken_.load(); }

 private:
  class Waiter final : public service::PendingResponse {
   public:
    explicit Waiter(Promises& promises) : promises_(promises) {}
    ~Waiter() override { promises_.waiting_.fetch_sub(1); }
    void when_ready(std::function<void()> on_ready) override {
      {
        const std::lock_guard lock(promises_.mutex_);
        if (!promises_.ready_) {
          promises_.callbacks_.push_back(std::move(on_ready));
          return;
        }
      }
      on_ready();
    }
    service::HttpResponse take() override {
      promises_.taken_.fetch_add(1);
      const std::lock_guard lock(promises_.mutex_);
      return promises_.response_;
    }

   private:
    Promises& promises_;
  };

  std::mutex mutex_;
  bool ready_ = false;
  service::HttpResponse response_;
  std::vector<std::function<void()>> callbacks_;
  std::atomic<int> waiting_{0};
  std::atomic<int> taken_{0};
};

}  // namespace test_support
