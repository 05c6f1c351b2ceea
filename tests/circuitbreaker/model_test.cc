// Feeds random histories to the breaker and to a simple reference, for every trip rule and window.
// A history consists of calls that end in any order or not at all, clock jumps, operators' commands
// and reconfigurations.

#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

#include "reference_breaker.h"

namespace circuitbreaker::testing {
namespace {

using namespace std::chrono_literals;

enum class Rule : std::uint8_t { consecutive, count, rate, slow, all };

struct Step {
  enum class Kind : std::uint8_t { acquire, end, drop, advance, look, command, reconfigure };
  Kind kind = Kind::acquire;
  unsigned a = 0;
  unsigned b = 0;
};

void showValue(const Step& step, std::ostream& out) {
  const char* const names[] = {"acquire", "end",     "drop",       "advance",
                               "look",    "command", "reconfigure"};
  out << names[static_cast<int>(step.kind)] << '(' << step.a << ',' << step.b << ')';
}

rc::Gen<Step> any_step() {
  using K = Step::Kind;
  const auto kind = rc::gen::weightedElement<K>({{10, K::acquire},
                                                 {10, K::end},
                                                 {1, K::drop},
                                                 {6, K::advance},
                                                 {3, K::look},
                                                 {1, K::command},
                                                 {1, K::reconfigure}});
  return rc::gen::build<Step>(rc::gen::set(&Step::kind, kind),
                              rc::gen::set(&Step::a, rc::gen::inRange(0u, 1000u)),
                              rc::gen::set(&Step::b, rc::gen::inRange(0u, 1000u)));
}

// Reconfiguration varies every number except the window's shape and the number of watched calls,
// and it never switches rules on or off.
Settings settings_for(Rule rule, Window::Kind window, unsigned variant, std::uint32_t watched) {
  const bool all = rule == Rule::all;
  Settings s;
  s.failure_threshold = rule == Rule::consecutive || all ? 2 + variant % 4 : 0;
  s.success_threshold = 1 + variant % 3;
  s.open_timeout = 10s + variant % 2 * 5s;
  s.half_open_max_calls = 1 + variant / 2 % 3;
  s.probe_lease = 4s + variant % 3 * 2s;
  s.half_open_timeout = variant % 2 * 9s;
  s.open_timeout_multiplier = 1 + variant % 2;
  s.open_timeout_max = 30s;
  if (rule == Rule::count || all) s.failure_count = 3 + variant % 2;
  if (rule == Rule::rate || all) s.failure_rate = variant % 2 == 0 ? 0.5 : 0.3;
  if (rule == Rule::slow || all) {
    s.slow_call_rate = variant % 2 == 0 ? 0.5 : 1;
    s.slow_call_duration = 2s + variant % 3 * 1s;
    s.max_tracked_calls = watched;
  }
  s.window = {window, 6, 5, 2 + variant % 3, 10s};
  return s;
}

class History {
 public:
  History(Rule rule, Window::Kind window, unsigned variant, Bug bug)
      : rule_(rule),
        window_(window),
        watched_(variant % 4 == 3 ? 2 : 100),
        breaker_("model", settings(variant), clock_),
        reference_(settings(variant), clock_.now(), bug) {
    breaker_.add_listener([this](const StateChange& change) {
      changes_.emplace_back(change.from, change.to, change.at);
    });
  }

  void run(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      perform(step);
    }
    reference_.expect(breaker_.snapshot());
    RC_ASSERT(changes_ == reference_.changes());
  }

 private:
  void perform(const Step& step) {
    switch (step.kind) {
      case Step::Kind::acquire:
        return acquire();
      case Step::Kind::end:
        return end(step.a, step.b);
      case Step::Kind::drop:
        if (permits_.empty()) return;
        reference_.end(pick(step.a)->first, Verdict::ignored, {});
        permits_.erase(pick(step.a));
        return;
      case Step::Kind::advance: {
        constexpr Duration jumps[] = {1ns, 500ms, 1s, 2s, 2s, 4s, 9s, 10s, 15s, 60s};
        return advance(jumps[step.a % std::size(jumps)]);
      }
      case Step::Kind::look:
        return reference_.expect(breaker_.snapshot());
      case Step::Kind::command:
        return command(step.a % 8);
      case Step::Kind::reconfigure:
        breaker_.reconfigure(settings(step.a));
        reference_.reconfigure(settings(step.a));
    }
  }

  void advance(Duration by) {
    clock_.advance(by);
    reference_.advance(by);
  }

  void acquire() {
    // Calls that started simultaneously become overdue in any order.
    advance(1ns);
    const ReferenceBreaker::Answer expected_answer = reference_.acquire(++last_id_);
    auto permit = breaker_.try_acquire();
    ReferenceBreaker::Answer answer{permit.has_value(), permit && permit->is_probe(),
                                    permit ? std::nullopt : permit.error().retry_after};
    RC_ASSERT(answer == expected_answer);
    if (permit) permits_.emplace(last_id_, *std::move(permit));
  }

  void end(unsigned which, unsigned how) {
    if (permits_.empty()) return;
    const auto found = pick(which);
    const int id = found->first;
    Permit permit = std::move(found->second);
    permits_.erase(found);
    std::optional<Duration> open_for;
    if (how % 20 == 0) open_for = 25s;
    switch (how % 7) {
      case 0:
      case 1:
      case 2:
        permit.failure("x", open_for);
        return reference_.end(id, Verdict::failure, open_for);
      case 3:
        permit.timeout();
        return reference_.end(id, Verdict::timeout, {});
      case 4:
        permit.ignore();
        return reference_.end(id, Verdict::ignored, {});
      default:
        permit.success();
        return reference_.end(id, Verdict::success, {});
    }
  }

  void command(unsigned which) {
    switch (which) {
      case 0:
        breaker_.force_open("x");
        return reference_.force(Mode::forced_open);
      case 1:
        breaker_.force_close("x");
        return reference_.force(Mode::forced_closed);
      case 2:
        breaker_.disable("x");
        return reference_.force(Mode::disabled);
      case 3:
        breaker_.shadow("x");
        return reference_.shadow();
      case 4:
        breaker_.trip("x");
        return reference_.trip();
      case 5:
        breaker_.recover("x");
        return reference_.recover();
      case 6:
        breaker_.try_half_open("x");
        return reference_.try_half_open();
      default:
        breaker_.reset("x");
        return reference_.reset();
    }
  }

  std::map<int, Permit>::iterator pick(unsigned which) {
    return std::next(permits_.begin(), static_cast<std::ptrdiff_t>(which % permits_.size()));
  }

  [[nodiscard]] Settings settings(unsigned variant) const {
    return settings_for(rule_, window_, variant, watched_);
  }

  Rule rule_;
  Window::Kind window_;
  std::uint32_t watched_;
  ManualClock clock_;
  CircuitBreaker breaker_;
  ReferenceBreaker reference_;
  std::vector<ReferenceBreaker::Change> changes_;
  std::map<int, Permit> permits_;
  int last_id_ = 0;
};

// Compares breaker and reference over 400 random histories of one rule and window.
rc::detail::TestResult check_histories(Rule rule, Window::Kind window, Bug bug) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = 400;
  params.maxSize = 150;
  const auto property = [=] {
    const auto variant = *rc::gen::inRange(0u, 12u);
    const auto steps = *rc::gen::container<std::vector<Step>>(any_step());
    History(rule, window, variant, bug).run(steps);
  };
  return rc::detail::checkTestable(property, rc::detail::TestMetadata(), params);
}

std::string text_of(const rc::detail::TestResult& result) {
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  return text.str();
}

using Case = std::tuple<Rule, Window::Kind>;
class Model : public ::testing::TestWithParam<Case> {};

TEST_P(Model, TheBreakerBehavesLikeTheReference) {
  const auto [rule, window] = GetParam();
  const auto result = check_histories(rule, window, Bug::none);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << text_of(result);
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  const char* const rules[] = {"consecutive", "count", "rate", "slow", "all"};
  const bool count = std::get<1>(info.param) == Window::Kind::count;
  return std::string(rules[static_cast<int>(std::get<0>(info.param))]) +
         (count ? "OverCalls" : "OverTime");
}

INSTANTIATE_TEST_SUITE_P(EveryRule, Model,
                         ::testing::Combine(::testing::Values(Rule::consecutive, Rule::count,
                                                              Rule::rate, Rule::slow, Rule::all),
                                            ::testing::Values(Window::Kind::count,
                                                              Window::Kind::time)),
                         name_of);

class SeededBug : public ::testing::TestWithParam<Bug> {};

// The same runs with a bug in the reference. If the comparison misses it, it would also miss a bug
// in the breaker.
TEST_P(SeededBug, IsFound) {
  const Rule rule = GetParam() == Bug::window_forgets_nothing ? Rule::count : Rule::consecutive;
  const auto result = check_histories(rule, Window::Kind::count, GetParam());
  EXPECT_TRUE(result.is<rc::detail::FailureResult>()) << text_of(result);
}

INSTANTIATE_TEST_SUITE_P(All, SeededBug,
                         ::testing::Values(Bug::probe_keeps_slot_forever, Bug::late_result_counts,
                                           Bug::one_probe_too_many, Bug::success_keeps_failures,
                                           Bug::window_forgets_nothing));

}  // namespace
}  // namespace circuitbreaker::testing
