#pragma once
/// Keeps the remains of a destroyed breaker until its last permit has ended.

namespace circuitbreaker::detail {

class GuardedMachine;

/// The process-wide list of machines whose handle is gone while a permit exists or a listener runs.
/// Ending a permit must not pay for a reference count that all threads share. Instead, each
/// machine's counters tell whether it is in use, and they are checked when one of its permits ends
/// and whenever a breaker is created or destroyed.
///
/// Thread-safety: all functions may be called from any thread that does not hold a machine's lock.
class Orphans {
 public:
  /// Takes over a machine on which `orphan` was called.
  static void adopt(GuardedMachine* machine) noexcept;
  /// Deletes the machines that are no longer used.
  static void collect() noexcept;
};

}  // namespace circuitbreaker::detail
