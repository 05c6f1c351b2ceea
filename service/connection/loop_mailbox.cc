#include "service/connection/loop_mailbox.h"

#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace service {

LoopMailbox::LoopMailbox() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

LoopMailbox::~LoopMailbox() {
  // Closes accepted connections that no loop has taken over.
  for (const auto& message : messages_) {
    if (message.file >= 0) close(message.file);
  }
  close(event_);
}

void LoopMailbox::post(LoopMessage message) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = messages_.empty();
    messages_.push_back(std::move(message));
  }
  if (first) eventfd_write(event_, 1);
}

void LoopMailbox::take(std::vector<LoopMessage>& messages) {
  messages.clear();
  eventfd_t count = 0;
  eventfd_read(event_, &count);
  const std::lock_guard lock(mutex_);
  messages_.swap(messages);
}

}  // namespace service
