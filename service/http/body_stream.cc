#include "service/http/body_stream.h"

#include <utility>

namespace service {

bool BodyStream::push(std::string_view bytes) {
  bool accepted = false;
  bool announce = false;
  {
    const std::lock_guard lock(mutex_);
    if (progress_ != Progress::open) return false;
    if (bytes.empty()) return true;
    accepted = unsent_.size() + in_flight_ + bytes.size() <= max_unsent_bytes_;
    if (accepted) {
      unsent_.append(bytes);
    } else {
      progress_ = Progress::overflowed;
      unsent_ = std::string();
    }
    // An overflow is always announced: the previous announcement may have found the socket full.
    announce = attached_ && (!std::exchange(announced_, true) || !accepted);
  }
  if (announce) on_change_();
  return accepted;
}

void BodyStream::end() {
  bool announce = false;
  {
    const std::lock_guard lock(mutex_);
    if (progress_ != Progress::open) return;
    progress_ = Progress::ended;
    announce = attached_ && !std::exchange(announced_, true);
  }
  if (announce) on_change_();
}

bool BodyStream::is_open() const {
  const std::lock_guard lock(mutex_);
  return progress_ == Progress::open;
}

bool BodyStream::is_overflowed() const {
  const std::lock_guard lock(mutex_);
  return progress_ == Progress::overflowed;
}

void BodyStream::attach(std::function<void()> on_change) {
  const std::lock_guard lock(mutex_);
  on_change_ = std::move(on_change);
  attached_ = true;
}

BodyStream::Part BodyStream::take() {
  const std::lock_guard lock(mutex_);
  announced_ = false;
  Part part{.bytes = std::exchange(unsent_, std::string()),
            .ended = progress_ == Progress::ended,
            .overflowed = progress_ == Progress::overflowed};
  in_flight_ = part.bytes.size();
  return part;
}

void BodyStream::close() {
  const std::lock_guard lock(mutex_);
  progress_ = Progress::closed;
  unsent_ = std::string();
}

}  // namespace service
