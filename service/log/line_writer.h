#pragma once
/// Writes lines behind the back of whoever has them to write: for an access log whose reader may be
/// slow, or stuck, while event loops go on.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace service {

/// Thread-safety: `post` from any thread; it waits for no write.
class LineWriter {
 public:
  /// Takes one line, from the writer's own thread, in the order posted.
  using Write = std::function<void(const std::string& line)>;
  /// Told, between two lines, how many were dropped since it was told last.
  using Dropped = std::function<void(std::uint64_t count)>;

  /// Keeps at most `limit` lines that are not written yet; further ones are dropped.
  LineWriter(std::size_t limit, Write write, Dropped dropped);
  /// Writes what is left.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  void post(std::string line);
  /// Waits until everything posted before has been written. Not from the writer's thread.
  void flush();

 private:
  void run();

  const std::size_t limit_;
  const Write write_;
  const Dropped dropped_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::condition_variable written_;
  std::vector<std::string> lines_;
  /// Lines that the writer has taken and not written yet; they count towards the limit.
  std::size_t writing_ = 0;
  std::uint64_t dropped_count_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace service
