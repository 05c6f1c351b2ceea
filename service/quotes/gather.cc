#include "service/quotes/gather.h"

#include <mutex>
#include <optional>

namespace service {
namespace {

using stockclient::Outcome;
using stockclient::StockClient;

/// Where the outcomes arrive. Shared with the callbacks, which may come from any thread.
class Landing {
 public:
  explicit Landing(std::size_t count) : outcomes_(count), missing_(count) {}

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

  /// Precondition: complete.
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

class PendingOutcomes final : public PendingResponse {
 public:
  PendingOutcomes(std::shared_ptr<Landing> landing, std::vector<StockClient::Ticket> tickets,
                  RenderOutcomes render)
      : landing_(std::move(landing)), tickets_(std::move(tickets)), render_(std::move(render)) {}

  void when_ready(std::function<void()> on_ready) override {
    landing_->when_ready(std::move(on_ready));
  }
  HttpResponse take() override { return render_(landing_->take()); }

 private:
  std::shared_ptr<Landing> landing_;
  std::vector<StockClient::Ticket> tickets_;
  RenderOutcomes render_;
};

}  // namespace

HandlerResult gather(StockClient& client, const std::vector<stockclient::Query>& queries,
                     const stockclient::GetOptions& options, RenderOutcomes render) {
  auto landing = std::make_shared<Landing>(queries.size());
  std::vector<StockClient::Ticket> tickets;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    auto known = client.get(queries[i], options,
                            [landing, i](Outcome outcome) { landing->set(i, std::move(outcome)); });
    if (auto* outcome = std::get_if<Outcome>(&known)) {
      landing->set(i, std::move(*outcome));
    } else {
      tickets.push_back(std::move(std::get<StockClient::Ticket>(known)));
    }
  }
  if (landing->complete()) return render(landing->take());
  return std::make_unique<PendingOutcomes>(std::move(landing), std::move(tickets),
                                           std::move(render));
}

}  // namespace service
