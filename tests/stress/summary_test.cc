#include "tests/stress/summary.h"

#include <algorithm>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/stress/report.h"

namespace stress {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A rehearsal of ten seconds in which every promise was kept.
Record good_record() {
  Record record;
  record.plan.seconds = 10;
  record.phases = {{.name = "healthy", .mode = "ok", .start = 0, .end = 4, .upstream_calls = 20},
                   {.name = "error", .mode = "error", .start = 4, .end = 8, .upstream_calls = 9},
                   {.name = "healed", .mode = "ok", .start = 8, .end = 10, .upstream_calls = 20}};
  for (int i = 0; i < 100; ++i) {
    const double at = i / 10.0;
    const bool known = i % 10 != 9;
    const bool outage = at >= 4 && at < 8;
    const Outcome outcome = !outage ? Outcome::fresh : known ? Outcome::stale : Outcome::refused;
    record.samples.push_back(
        {.scheduled = at, .latency = 0.001 * (i + 1), .outcome = outcome, .known = known});
  }
  record.states = {{0, "closed"}, {4.5, "open"}, {8.5, "half_open"}, {9, "closed"}};
  record.final_state = "closed";
  record.opened = 1;
  record.closed = 1;
  record.slowest_status = 0.01;
  record.ended_cleanly = true;
  return record;
}

std::vector<std::string> broken_promises(const std::function<void(Record&)>& spoil) {
  Record record = good_record();
  spoil(record);
  std::vector<std::string> broken;
  for (const Promise& promise : check_promises(record, summarize(record))) {
    if (!promise.kept) broken.push_back(promise.text + ": " + promise.detail);
  }
  return broken;
}

TEST(StressSummary, CountsEachPhaseSeparately) {
  const std::vector<PhaseSummary> phases = summarize(good_record());
  ASSERT_EQ(phases.size(), 3U);
  EXPECT_EQ(phases[0].sent, 40);
  EXPECT_EQ(phases[0].fresh, 40);
  EXPECT_EQ(phases[0].cold, 4);
  EXPECT_EQ(phases[1].stale, 36);
  EXPECT_EQ(phases[1].refused, 4);
  EXPECT_EQ(phases[1].known_dark, 0);
  EXPECT_EQ(phases[2].sent, 20);
  EXPECT_DOUBLE_EQ(phases[0].known.max, 0.039);
}

TEST(StressSummary, PercentilesAreMeasuredValues) {
  std::vector<double> values{5, 1, 4, 2, 3};
  const Latency latency = latency_of(values);
  EXPECT_EQ(latency.p50, 3);
  EXPECT_EQ(latency.p99, 5);
  EXPECT_EQ(latency.max, 5);
  std::vector<double> none;
  EXPECT_EQ(latency_of(none).p99, 0);
}

TEST(StressPromises, AreKeptInAHealthyRehearsal) {
  EXPECT_THAT(broken_promises([](Record&) {}), IsEmpty());
}

TEST(StressPromises, AKnownSymbolWithoutAQuoteIsReportedWithItsPhase) {
  EXPECT_THAT(broken_promises([](Record& r) { r.samples[41].outcome = Outcome::refused; }),
              ElementsAre(HasSubstr("known symbol is always answered: error: 1")));
}

TEST(StressPromises, AMissingResponseIsReported) {
  EXPECT_THAT(broken_promises([](Record& r) { r.samples[49].outcome = Outcome::failed; }),
              ElementsAre(HasSubstr("every request gets an answer: error: 1")));
}

TEST(StressPromises, AnUnexplainedResponseIsReported) {
  EXPECT_THAT(broken_promises([](Record& r) { r.samples[50].unexplained = true; }),
              ElementsAre(HasSubstr("gives a reason")));
}

TEST(StressPromises, ASlowResponseIsReported) {
  EXPECT_THAT(broken_promises([](Record& r) { r.samples[50].latency = 0.3; }),
              ElementsAre(HasSubstr("within 250 ms: error: 300.0 ms")));
}

TEST(StressPromises, OneUpstreamCallTooManyIsReported) {
  const int allowed = summarize(good_record())[1].allowed_calls;
  EXPECT_THAT(broken_promises([&](Record& r) { r.phases[1].upstream_calls = allowed; }), IsEmpty());
  EXPECT_THAT(broken_promises([&](Record& r) { r.phases[1].upstream_calls = allowed + 1; }),
              ElementsAre(HasSubstr("no more upstream calls than allowed: error")));
}

TEST(StressPromises, ABreakerThatNeverOpensOrClosesIsReported) {
  EXPECT_THAT(broken_promises([](Record& r) {
                r.states = {{0, "closed"}};
              }),
              ElementsAre(HasSubstr("the breaker opens")));
  EXPECT_THAT(broken_promises([](Record& r) { r.final_state = "open"; }),
              ElementsAre(HasSubstr("the breaker closes")));
}

TEST(StressPromises, AServiceThatStaysStaleAfterRecoveryIsReported) {
  EXPECT_THAT(broken_promises([](Record& r) {
                for (Sample& sample : r.samples) {
                  if (sample.scheduled >= 8) sample.outcome = Outcome::stale;
                }
              }),
              ElementsAre(HasSubstr("fresh again")));
}

TEST(StressPromises, AnUnresponsiveStatusEndpointAndAnUncleanExitAreReported) {
  EXPECT_THAT(broken_promises([](Record& r) { r.failed_status = 1; }),
              ElementsAre(HasSubstr("/circuit-breaker")));
  EXPECT_THAT(broken_promises([](Record& r) { r.slowest_status = 1; }),
              ElementsAre(HasSubstr("/circuit-breaker")));
  EXPECT_THAT(broken_promises([](Record& r) { r.ended_cleanly = false; }),
              ElementsAre(HasSubstr("exit cleanly")));
}

TEST(StressReport, ShowsEveryPhaseAndPromise) {
  const Record record = good_record();
  const std::vector<PhaseSummary> phases = summarize(record);
  const std::vector<Promise> promises = check_promises(record, phases);
  for (const std::string& report :
       {text_report(record, phases, promises), html_report(record, phases, promises)}) {
    for (const PhaseSummary& phase : phases) EXPECT_THAT(report, HasSubstr(phase.phase.name));
    for (const Promise& promise : promises) EXPECT_THAT(report, HasSubstr(promise.text));
  }
}

TEST(StressReport, PageIsSelfContainedAndBalanced) {
  const Record record = good_record();
  const std::vector<PhaseSummary> phases = summarize(record);
  const std::string page = html_report(record, phases, check_promises(record, phases));
  const auto count = [&](const std::string& part) {
    int found = 0;
    for (std::size_t at = 0; (at = page.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("<text"), count("</text>"));
  EXPECT_EQ(count("<svg"), 1);
  EXPECT_EQ(count("src="), 0);
  EXPECT_EQ(count("href="), 0);
  EXPECT_EQ(count("nan"), 0);
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
}

TEST(StressReport, HandlesARehearsalWithoutAnyResponse) {
  Record record;
  record.phases = {{.name = "healthy", .mode = "ok", .start = 0, .end = 30}};
  const std::vector<PhaseSummary> phases = summarize(record);
  EXPECT_THAT(html_report(record, phases, check_promises(record, phases)), HasSubstr("</html>"));
}

}  // namespace
}  // namespace stress
