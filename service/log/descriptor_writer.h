#pragma once
/// Writes lines to a file descriptor whose reader may be slow or stuck.

#include <atomic>
#include <chrono>
#include <string_view>

namespace service {

/// Writes to a pipe, terminal, socket or file without ever blocking in the kernel, so that the
/// writer can give up on a stuck reader. Thread-safety: one thread writes; any thread may call
/// `give_up_after`.
class DescriptorWriter {
 public:
  /// Does not take ownership of the descriptor.
  explicit DescriptorWriter(int descriptor) : descriptor_(descriptor) {}

  /// Writes all of the text, waiting for the reader as long as necessary. Returns false if the
  /// descriptor is broken or the time limit has passed; part of the text may have been written.
  bool write(std::string_view text);

  /// Makes `write` return false once `limit` has passed, including a call in progress.
  void give_up_after(std::chrono::nanoseconds limit) noexcept;

 private:
  [[nodiscard]] bool wait_until_writable() const;

  const int descriptor_;
  std::atomic<std::chrono::steady_clock::rep> deadline_{
      std::chrono::steady_clock::time_point::max().time_since_epoch().count()};
};

}  // namespace service
