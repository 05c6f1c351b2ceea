// Flights: any number of callers share one call and one outcome.

#include <atomic>
#include <filesystem>
#include <iterator>
#include <latch>
#include <thread>
#include <vector>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class StockClientFlights : public ClientTest {};

TEST_F(StockClientFlights, TenThousandWaitersOnOneColdKeyMakeOneCall) {
  std::vector<Asked> all;
  all.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) all.push_back(ask("COLD"));
  EXPECT_EQ(client().stats().waiters, 10'000u);
  EXPECT_EQ(client().stats().flights, 1u);
  EXPECT_LE(scheduler.timers(), 1u) << "a waiter as patient as its flight needs no timer";
  scheduler.run_ready();
  for (const Asked& asked : all) EXPECT_TRUE(asked.has_value());
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(client().stats().waiters, 0u);
  EXPECT_EQ(client().stats().flights, 0u);
  EXPECT_LE(scheduler.timers(), 1u) << "only the planner's";
}

TEST_F(StockClientFlights, TenThousandWaitersShareAFailureToo) {
  upstream.fails(FailureKind::upstream_failure);
  std::vector<Asked> all;
  all.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) all.push_back(ask("COLD"));
  scheduler.run_ready();
  for (const Asked& asked : all) {
    ASSERT_TRUE(asked.answered());
    EXPECT_EQ(asked.error().kind, FailureKind::upstream_failure);
  }
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(client().stats().waiters, 0u);
}

TEST_F(StockClientFlights, AWaiterGivesUpAtItsOwnDeadline) {
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    scheduler.advance(4s);
    return Data(quote_of(query.argument));
  });
  const Asked hasty = ask("A", 3s);
  const Asked patient = ask("A", 5s);
  scheduler.run_ready();
  ASSERT_TRUE(hasty.answered());
  EXPECT_EQ(hasty.error().kind, FailureKind::no_answer_in_time);
  EXPECT_TRUE(patient.has_value());
}

TEST_F(StockClientFlights, ACallerWhoseFlightGotNoWorkerIsToldOverloaded) {
  const Asked asked = ask("A", 3s);
  clock.advance(3s);
  scheduler.run_ready();
  EXPECT_EQ(asked.error().kind, FailureKind::no_worker_in_time);
  EXPECT_EQ(upstream.calls(), 0u) << "nobody waits any more, so no call is made";
}

TEST_F(StockClientFlights, ADestroyedTicketIsNeverCalledBack) {
  Asked gone = ask("A");
  const Asked stays = ask("A");
  gone.ticket.reset();
  EXPECT_EQ(client().stats().waiters, 1u);
  scheduler.run_ready();
  EXPECT_FALSE(gone.answered());
  EXPECT_TRUE(stays.has_value());
}

TEST_F(StockClientFlights, AnAbandonedFlightMakesNoCall) {
  Asked gone = ask("A");
  gone.ticket.reset();
  scheduler.run_ready();
  EXPECT_EQ(upstream.calls(), 0u);
  EXPECT_EQ(client().stats().flights, 0u);
}

TEST_F(StockClientFlights, TheAnswerOfACallInProgressIsKeptEvenIfNobodyWaits) {
  Asked gone = ask("A");
  upstream.answers([&](const Query& query, auto, const std::stop_token& stop) -> AttemptResult {
    gone.ticket.reset();
    EXPECT_FALSE(stop.stop_requested());
    return Data(quote_of(query.argument));
  });
  scheduler.run_ready();
  EXPECT_TRUE(ask("A").has_value());
}

TEST_F(StockClientFlights, ACallThatOutlivesItsDeadlinePreventsASecondCallForTheKey) {
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    scheduler.advance(11s);
    const Asked late = ask(query);
    EXPECT_FALSE(late.answered());
    EXPECT_EQ(scheduler.run_ready(), 0u);
    return Data(quote_of(query.argument));
  });
  const Asked asked = ask_and_run("A");
  ASSERT_TRUE(asked.answered());
  EXPECT_EQ(asked.error().kind, FailureKind::no_answer_in_time);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_TRUE(ask("A").has_value());
}

TEST_F(StockClientFlights, AnAttemptEndsWithItsFlightsDeadline) {
  settings.max_wait = 3s;
  circuitbreaker::Duration granted{};
  upstream.answers([&](const Query& query, auto timeout, const auto&) -> AttemptResult {
    granted = timeout;
    return Data(quote_of(query.argument));
  });
  const Asked asked = ask("A");
  clock.advance(1s);
  scheduler.run_ready();
  EXPECT_EQ(granted, 2s);
}

TEST_F(StockClientFlights, CallersGoBeforeRefreshes) {
  know("OLD", 61s);
  const Asked known = ask("OLD");
  const Asked unknown = ask("NEW");
  scheduler.run_ready();
  EXPECT_EQ(upstream.asked().at(1).argument, "NEW");
}

TEST_F(StockClientFlights, RefreshesAreBounded) {
  settings.max_refreshes = 1;
  know("A");
  know("B", 61s);
  Asked meanwhile;
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    if (!meanwhile.answered()) meanwhile = ask("B");
    return Data(quote_of(query.argument));
  });
  EXPECT_EQ(ask("A").value().stale_reason, StaleReason::revalidating);
  scheduler.run_ready();
  EXPECT_EQ(meanwhile.value().stale_reason, StaleReason::overloaded);
  EXPECT_FALSE(ask("B").value().stale()) << "its turn came next";
}

/// The same guarantees with real threads.
TEST(StockClientThreads, ABlockingCallFromManyThreadsIsOneUpstreamCall) {
  ScriptedUpstream upstream;
  std::latch all_asked(1);
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    all_asked.wait();
    return Data(quote_of(query.argument));
  });
  UpstreamBreakers breakers({}, circuitbreaker::steady_clock());
  CountingObserver observer;
  const Clocks clocks = system_clocks();
  StockClient client({}, upstream, breakers, clocks, {&observer});
  constexpr std::size_t kThreads = 16;
  std::atomic<std::size_t> answered{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const Outcome outcome = client.get(quote_query("IBM"), {clocks.monotonic.now() + 10s, {}});
      if (outcome) ++answered;
    });
  }
  while (client.stats().waiters < kThreads) std::this_thread::yield();
  all_asked.count_down();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, kThreads);
  EXPECT_EQ(upstream.calls(), 1u);
}

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

class StockClientCrowd : public ::testing::TestWithParam<bool> {};

TEST_P(StockClientCrowd, TenThousandCallbacksShareOneCallAndNeedNoThreads) {
  constexpr std::ptrdiff_t kWaiters = 10'000;
  const bool succeeds = GetParam();
  ScriptedUpstream upstream;
  std::latch all_asked(1);
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    all_asked.wait();
    if (succeeds) return Data(quote_of(query.argument));
    return fault(FailureKind::upstream_failure);
  });
  UpstreamBreakers breakers({}, circuitbreaker::steady_clock());
  CountingObserver observer;
  const Clocks clocks = system_clocks();
  StockClientSettings settings = settings_without_retries();
  settings.max_wait = 10min;
  StockClient client(settings, upstream, breakers, clocks, {&observer});
  const std::size_t threads = threads_of_this_process();
  std::latch all_answered(kWaiters);
  std::atomic<std::ptrdiff_t> as_expected{0};
  std::vector<std::variant<Outcome, StockClient::Ticket>> tickets;
  tickets.reserve(kWaiters);
  for (std::ptrdiff_t i = 0; i < kWaiters; ++i) {
    tickets.push_back(client.get(quote_query("COLD"), {clocks.monotonic.now() + 10min, {}},
                                 [&](const Outcome& outcome) {
                                   if (outcome.has_value() == succeeds) ++as_expected;
                                   all_answered.count_down();
                                 }));
  }
  EXPECT_EQ(client.stats().waiters, static_cast<std::size_t>(kWaiters));
  EXPECT_EQ(threads_of_this_process(), threads);
  all_asked.count_down();
  all_answered.wait();
  EXPECT_EQ(as_expected, kWaiters);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(breakers.host().snapshot().calls.total(), 1u);
}

INSTANTIATE_TEST_SUITE_P(StockClientThreads, StockClientCrowd, ::testing::Bool(),
                         [](const auto& each) { return each.param ? "Answered" : "Failed"; });

TEST(StockClientThreads, DestructionCancelsTheCallAndAnswersWaiters) {
  ScriptedUpstream upstream;
  std::latch called(1);
  upstream.answers([&](const Query&, auto, const std::stop_token& stop) -> AttemptResult {
    std::latch stopped(1);
    const std::stop_callback wake(stop, [&] { stopped.count_down(); });
    called.count_down();
    stopped.wait();
    return fault(FailureKind::cancelled);
  });
  UpstreamBreakers breakers({}, circuitbreaker::steady_clock());
  CountingObserver observer;
  std::vector<Outcome> outcomes;
  std::variant<Outcome, StockClient::Ticket> calling;
  std::variant<Outcome, StockClient::Ticket> queued;
  {
    StockClientSettings settings;
    settings.bulkhead = 1;
    const Clocks clocks = system_clocks();
    StockClient client(settings, upstream, breakers, clocks, {&observer});
    const auto note = [&](const Outcome& outcome) { outcomes.push_back(outcome); };
    const GetOptions options{clocks.monotonic.now() + 10s, {}};
    calling = client.get(quote_query("A"), options, note);
    called.wait();
    queued = client.get(quote_query("B"), options, note);
  }
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_FALSE(outcomes[0].has_value());
  EXPECT_EQ(outcomes[1].error().kind, FailureKind::shutting_down);
  EXPECT_EQ(breakers.host().snapshot().calls.failure, 0u);
}

TEST(StockClientThreads,
     WithAllWorkersHangingKnownSymbolsAreAnsweredAndAnOpeningBreakerFreesWaiters) {
  ScriptedUpstream upstream;
  UpstreamBreakers breakers({}, circuitbreaker::steady_clock());
  CountingObserver observer;
  StockClientSettings settings;
  settings.bulkhead = 2;
  const Clocks clocks = system_clocks();
  StockClient client(settings, upstream, breakers, clocks, {&observer});
  const auto options = [&] { return GetOptions{clocks.monotonic.now() + 10s, {}}; };
  ASSERT_TRUE(client.get(quote_query("KNOWN"), options()).has_value());
  std::latch heal(1);
  upstream.answers([&](const Query&, auto, const auto&) -> AttemptResult {
    heal.wait();
    return fault(FailureKind::timeout);
  });
  std::atomic<int> refused{0};
  std::vector<std::variant<Outcome, StockClient::Ticket>> tickets;
  tickets.reserve(64);
  for (int i = 0; i < 64; ++i) {
    tickets.push_back(
        client.get(quote_query("U" + std::to_string(i)), options(), [&](const Outcome& outcome) {
          if (outcome.error().kind == FailureKind::forced_open) ++refused;
        }));
  }
  EXPECT_TRUE(client.get(quote_query("KNOWN"), options()).has_value());
  breakers.host().force_open("test");
  EXPECT_EQ(refused, 64);
  heal.count_down();
}

}  // namespace
}  // namespace stockclient::testing
