#include "service/quotes/gather.h"

#include <mutex>
#include <optional>

namespace service {
namespace {

using stockclient::Outcome;
using stockclient::StockClient;

/// Collects the outcomes. Shared with the callbacks, which may run on any thread.
class OutcomeCollector {
 public:
  explicit OutcomeCollector(std::size_t count) : outcomes_(count), missing_(count) {}

  void set(std::size_t index, Outcome outcome) {
    std::function<void()> on_ready;
    {
      const std::lock_guard lock(mutex_);
      outcomes_[index] = std::move(outcome);
      if (--missing_ > 0) return;
      on_ready.swap(on_ready_);
    }
    if (on_ready) on_ready();
  }

  void when_ready(std::function<void()> on_ready) {
    {
      const std::lock_guard lock(mutex_);
      if (missing_ > 0) {
        on_ready_ = std::move(on_ready);
        return;
      }
    }
    on_ready();
  }

  [[nodiscard]] bool complete() {
    const std::lock_guard lock(mutex_);
    return missing_ == 0;
  }

  /// Precondition: all outcomes have arrived.
  [[nodiscard]] std::vector<Outcome> take() {
    const std::lock_guard lock(mutex_);
    std::vector<Outcome> outcomes;
    outcomes.reserve(outcomes_.size());
    for (std::optional<Outcome>& outcome : outcomes_) outcomes.push_back(std::move(*outcome));
    return outcomes;
  }

 private:
  std::mutex mutex_;
  std::vector<std::optional<Outcome>> outcomes_;
  std::size_t missing_;
  std::function<void()> on_ready_;
};

/// A response that waits for outcomes. Destroying it abandons the wait.
class PendingOutcomes final : public PendingResponse {
 public:
  PendingOutcomes(std::shared_ptr<OutcomeCollector> collector,
                  std::vector<StockClient::Ticket> tickets, RenderOutcomes render)
      : collector_(std::move(collector)),
        tickets_(std::move(tickets)),
        render_(std::move(render)) {}

  void when_ready(std::function<void()> on_ready) override {
    collector_->when_ready(std::move(on_ready));
  }
  HttpResponse take() override { return render_(collector_->take()); }

 private:
  std::shared_ptr<OutcomeCollector> collector_;
  std::vector<StockClient::Ticket> tickets_;
  RenderOutcomes render_;
};

}  // namespace

HandlerResult gather(StockClient& client, const std::vector<stockclient::Query>& queries,
                     const stockclient::GetOptions& options, RenderOutcomes render) {
  auto collector = std::make_shared<OutcomeCollector>(queries.size());
  std::vector<StockClient::Ticket> tickets;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    auto known = client.get(queries[i], options, [collector, i](Outcome outcome) {
      collector->set(i, std::move(outcome));
    });
    if (auto* outcome = std::get_if<Outcome>(&known)) {
      collector->set(i, std::move(*outcome));
    } else {
      tickets.push_back(std::move(std::get<StockClient::Ticket>(known)));
    }
  }
  if (collector->complete()) return render(collector->take());
  return std::make_unique<PendingOutcomes>(std::move(collector), std::move(tickets),
                                           std::move(render));
}

}  // namespace service
