/// What operators, health checks and settings do to the machine, whatever the calls are like.

#include <memory>
#include <utility>

#include "machine.h"

namespace circuitbreaker::detail {
namespace {

bool keeps_window(const Settings& s) noexcept {
  return s.failure_count != 0 || s.failure_rate > 0 || s.slow_call_rate > 0;
}

bool same_shape(Window a, const Window& b) noexcept {
  a.minimum_calls = b.minimum_calls;
  return a == b;
}

}  // namespace

void Machine::force(Mode mode, std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  mode_ = mode;
  if (mode == Mode::forced_open) {
    openings_ = 0;
    consecutive_successes_ = 0;
    move_to(State::open, latest_, reason);
  } else {
    close(latest_, reason);
  }
}

void Machine::shadow(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  if (!moving()) close(latest_, reason);
  mode_ = Mode::shadow;
  set_reason(reason);
}

void Machine::reset(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  mode_ = Mode::normal;
  close(latest_, reason);
}

void Machine::trip(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ != State::open) open(latest_, {}, reason);
}

void Machine::recover(std::string_view reason, TimePoint now) noexcept {
  catch_up(now);
  if (moving() && state_ != State::closed) close(latest_, reason);
}

void Machine::reconfigure(const Settings& settings, TimePoint now) {
  catch_up(now);
  apply(settings);
}

void Machine::apply(const Settings& settings) {
  auto tuned = settings == Settings() ? nullptr : std::make_unique<const Settings>(settings);
  probes_.set_capacity(settings.half_open_max_calls);
  const bool windowed = keeps_window(settings);
  const bool tracked = settings.slow_call_rate > 0;
  const bool timed = settings.response_times || tracked ||
                     (windowed && settings.window.kind == Window::Kind::time);
  const bool fresh = !memory_ && (windowed || timed);
  if (fresh) memory_ = std::make_unique<Memory>();
  if (tracked) {
    memory_->tracker.reserve(settings.max_tracked_calls);
    memory_->rule_since = latest_;
  }
  if (windowed &&
      (fresh || !this->windowed() || !same_shape(settings.window, this->settings().window))) {
    memory_->window.configure(settings.window, latest_);
    memory_->tracker.forget_entries();
  }
  if (!windowed && memory_) {
    // What it remembers would have gaps when it is needed again.
    memory_->window.clear();
    memory_->tracker.forget_entries();
  }
  tuned_ = std::move(tuned);
  flags_ = static_cast<std::uint16_t>((timed ? kTimed : 0) | (windowed ? kWindowed : 0) |
                                      (tracked ? kTracked : 0) |
                                      (settings.call_timeout > Duration::zero() ? kLimited : 0));
}

}  // namespace circuitbreaker::detail
