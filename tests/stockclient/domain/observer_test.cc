// A list of observers.

#include "stockclient/domain/observer.h"

#include <string>

#include <gtest/gtest.h>

namespace stockclient {
namespace {

/// Records the events that it receives in a shared text.
class NotingObserver final : public Observer {
 public:
  NotingObserver(std::string& notes, char name) : notes_(notes), name_(name) {}
  void attempt_ended(Function, const Failure*, std::chrono::nanoseconds) noexcept override {
    note("attempt");
  }
  void oddity_seen(Function, Oddity, std::string_view) noexcept override { note("oddity"); }
  void hold_began(FailureKind, WallTime) noexcept override { note("hold"); }
  void day_quota_left(std::uint32_t) noexcept override { note("left"); }
  void answered(CacheResult, bool, std::chrono::nanoseconds) noexcept override { note("answer"); }

 private:
  void note(const char* event) { notes_ += std::string(event) + name_ + " "; }
  std::string& notes_;
  char name_;
};

TEST(ObserverList, TellsEachObserverOfEachEventInOrder) {
  std::string notes;
  NotingObserver a(notes, 'A');
  NotingObserver b(notes, 'B');
  ObserverList list({&a, &b});
  list.attempt_ended(Function::global_quote, nullptr, {});
  list.oddity_seen(Function::global_quote, Oddity::unknown_form, {});
  list.hold_began(FailureKind::blocked, {});
  list.day_quota_left(1);
  list.answered(CacheResult::hit, true, {});
  EXPECT_EQ(notes, "attemptA attemptB oddityA oddityB holdA holdB leftA leftB answerA answerB ");
}

}  // namespace
}  // namespace stockclient
