#pragma once
/// Tasks in the order in which they are due. Passive: somebody else watches the clock.

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "stockclient/work/scheduler.h"

namespace stockclient {

/// Not thread-safe: its owner guards it. Adding and removing cost O(log n).
class TimerQueue {
 public:
  Scheduler::TimerId add(circuitbreaker::TimePoint when, Scheduler::Task task) {
    const Scheduler::TimerId id = ++last_id_;
    tasks_.emplace(std::pair(when, id), std::move(task));
    due_.emplace(id, when);
    return id;
  }

  /// The task, for its owner to destroy outside of whatever lock it holds.
  Scheduler::Task remove(Scheduler::TimerId id) {
    const auto found = due_.find(id);
    if (found == due_.end()) return {};
    auto node = tasks_.extract(std::pair(found->second, id));
    due_.erase(found);
    return std::move(node.mapped());
  }

  [[nodiscard]] std::optional<circuitbreaker::TimePoint> next_due() const {
    if (tasks_.empty()) return std::nullopt;
    return tasks_.begin()->first.first;
  }

  /// Takes out the first task when it is due by `now`; timers of one time in the order added.
  Scheduler::Task take_due(circuitbreaker::TimePoint now) {
    if (tasks_.empty() || tasks_.begin()->first.first > now) return {};
    auto node = tasks_.extract(tasks_.begin());
    due_.erase(node.key().second);
    return std::move(node.mapped());
  }

  [[nodiscard]] std::size_t size() const noexcept { return tasks_.size(); }

 private:
  std::map<std::pair<circuitbreaker::TimePoint, Scheduler::TimerId>, Scheduler::Task> tasks_;
  std::unordered_map<Scheduler::TimerId, circuitbreaker::TimePoint> due_;
  Scheduler::TimerId last_id_ = 0;
};

}  // namespace stockclient
