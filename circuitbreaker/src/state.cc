#include "circuitbreaker/state.h"

namespace circuitbreaker {

std::string_view to_string(State state) noexcept {
  switch (state) {
    case State::closed:
      return "closed";
    case State::open:
      return "open";
    case State::half_open:
      return "half_open";
  }
  return "unknown";
}

std::string_view to_string(Mode mode) noexcept {
  switch (mode) {
    case Mode::normal:
      return "normal";
    case Mode::forced_open:
      return "forced_open";
    case Mode::forced_closed:
      return "forced_closed";
    case Mode::disabled:
      return "disabled";
    case Mode::shadow:
      return "shadow";
  }
  return "unknown";
}

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::success:
      return "success";
    case Verdict::failure:
      return "failure";
    case Verdict::timeout:
      return "timeout";
    case Verdict::ignored:
      return "ignored";
  }
  return "unknown";
}

std::string_view to_string(Cause cause) noexcept {
  switch (cause) {
    case Cause::calls:
      return "calls";
    case Cause::operator_command:
      return "operator";
    case Cause::peer:
      return "peer";
  }
  return "unknown";
}

}  // namespace circuitbreaker
