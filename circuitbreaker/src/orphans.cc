#include "orphans.h"

#include <atomic>
#include <mutex>
#include <utility>

#include "guarded_machine.h"

namespace circuitbreaker::detail {
namespace {

// Trivially destructible, so that permits may still end while the program exits.
constinit std::mutex orphans_mutex;
constinit std::atomic<GuardedMachine*> first_orphan{nullptr};

}  // namespace

void Orphans::adopt(GuardedMachine* machine) noexcept {
  const std::lock_guard lock(orphans_mutex);
  machine->next_orphan = first_orphan.load(std::memory_order_relaxed);
  first_orphan.store(machine, std::memory_order_relaxed);
}

void Orphans::collect() noexcept {
  if (first_orphan.load(std::memory_order_relaxed) == nullptr) return;
  GuardedMachine* unused = nullptr;
  {
    const std::lock_guard lock(orphans_mutex);
    GuardedMachine* kept = nullptr;
    for (GuardedMachine* machine = first_orphan.load(std::memory_order_relaxed);
         machine != nullptr;) {
      GuardedMachine* const next = machine->next_orphan;
      GuardedMachine*& list = machine->is_unused() ? unused : kept;
      machine->next_orphan = std::exchange(list, machine);
      machine = next;
    }
    first_orphan.store(kept, std::memory_order_relaxed);
  }
  while (unused != nullptr) delete std::exchange(unused, unused->next_orphan);
}

}  // namespace circuitbreaker::detail
