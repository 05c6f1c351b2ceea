#pragma once
/// Tasks in the order in which they are due.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "stockclient/work/scheduler.h"

namespace stockclient {

/// The timers of a scheduler. The queue is passive: its owner watches the clock and takes out the
/// tasks that are due.
///
/// Thread-safety: none; its owner guards it. Adding and removing cost O(log n).
class TimerQueue {
 public:
  /// Adds a timer and returns its id, which is never 0.
  Scheduler::TimerId add(circuitbreaker::TimePoint when, Scheduler::Task task) {
    const Scheduler::TimerId id = ++last_id_;
    tasks_.emplace(std::pair(when, id), std::move(task));
    due_.emplace(id, when);
    return id;
  }

  /// Takes out a timer's task, so that the owner can destroy it without holding its lock; empty if
  /// there is no such timer.
  Scheduler::Task remove(Scheduler::TimerId id) {
    const auto found = due_.find(id);
    if (found == due_.end()) return {};
    auto node = tasks_.extract(std::pair(found->second, id));
    due_.erase(found);
    return std::move(node.mapped());
  }

  /// When the first timer is due; empty if there is none.
  [[nodiscard]] std::optional<circuitbreaker::TimePoint> next_due() const {
    if (tasks_.empty()) return std::nullopt;
    return tasks_.begin()->first.first;
  }

  /// Takes out the first task if it is due at `now`, otherwise returns an empty one. Timers that
  /// are due at the same time are returned in the order in which they were added.
  Scheduler::Task take_due(circuitbreaker::TimePoint now) {
    if (tasks_.empty() || tasks_.begin()->first.first > now) return {};
    auto node = tasks_.extract(tasks_.begin());
    due_.erase(node.key().second);
    return std::move(node.mapped());
  }

  /// Number of timers.
  [[nodiscard]] std::size_t size() const noexcept { return tasks_.size(); }

 private:
  std::map<std::pair<circuitbreaker::TimePoint, Scheduler::TimerId>, Scheduler::Task> tasks_;
  std::unordered_map<Scheduler::TimerId, circuitbreaker::TimePoint> due_;
  Scheduler::TimerId last_id_ = 0;
};

}  // namespace stockclient
