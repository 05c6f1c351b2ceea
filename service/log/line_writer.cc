#include "service/log/line_writer.h"

#include <utility>

namespace service {

LineWriter::LineWriter(std::size_t limit, Write write, Dropped dropped)
    : limit_(limit),
      write_(std::move(write)),
      dropped_(std::move(dropped)),
      thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_.notify_one();
  thread_.join();
}

void LineWriter::post(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() + writing_ >= limit_) {
      ++dropped_count_;
      return;
    }
    lines_.push_back(std::move(line));
    // The writer looks for more before it waits: waking it once is enough.
    if (lines_.size() > 1) return;
  }
  posted_.notify_one();
}

void LineWriter::flush() {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [this] { return lines_.empty() && writing_ == 0; });
}

void LineWriter::run() {
  std::vector<std::string> taken;
  std::unique_lock lock(mutex_);
  while (true) {
    // Lines dropped while the last ones were written are told of even if none follows.
    const auto has_news = [this] { return !lines_.empty() || dropped_count_ > 0; };
    posted_.wait(lock, [&] { return ending_ || has_news(); });
    if (!has_news()) return;
    taken.swap(lines_);
    writing_ = taken.size();
    const auto dropped = std::exchange(dropped_count_, 0);
    lock.unlock();
    if (dropped > 0) dropped_(dropped);
    for (const std::string& line : taken) write_(line);
    taken.clear();
    lock.lock();
    writing_ = 0;
    written_.notify_all();
  }
}

}  // namespace service
