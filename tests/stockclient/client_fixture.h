#pragma once
/// A stock client with manual clocks, a scripted upstream and no threads.

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

#include "stockclient/stock_client.h"
#include "tests/stockclient/time/manual_clocks.h"
#include "tests/stockclient/work/manual_scheduler.h"

namespace stockclient::testing {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary

inline Quote quote_of(const std::string& symbol, const std::string& price = "100.5") {
  Quote quote;
  quote.symbol = symbol;
  quote.price = *Decimal::parse(price);
  return quote;
}

inline AttemptResult fault(FailureKind kind) {
  return circuitbreaker::unexpected<Failure>(Failure{.kind = kind, .detail = "fault"});
}

/// Most tests need only a single attempt and values that live for a fixed time.
inline StockClientSettings settings_without_retries() {
  StockClientSettings settings;
  settings.retry_attempts = 1;
  settings.market_hours = false;
  settings.quote_updates = QuoteUpdates::realtime;
  return settings;
}

inline Query quote_query(const std::string& symbol) {
  return {Function::global_quote, symbol};
}

/// The host's breaker and the functions' with the same settings.
inline UpstreamBreakerSettings same_for_all(const circuitbreaker::Settings& settings) {
  UpstreamBreakerSettings all{.host = settings, .functions = {}};
  all.functions.fill(settings);
  return all;
}

/// Answers every query with a quote unless told otherwise, and records the queries.
class ScriptedUpstream final : public Upstream {
 public:
  using Answer = std::function<AttemptResult(const Query&, circuitbreaker::Duration timeout,
                                             const std::stop_token&)>;

  AttemptResult fetch(const Query& query, circuitbreaker::Duration timeout,
                      std::stop_token stop) noexcept override {
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(query);
      answer = answer_;
    }
    if (answer) return answer(query, timeout, stop);
    return Data(quote_of(query.argument));
  }

  void answers(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void fails(FailureKind kind) {
    answers([kind](const Query&, auto, const auto&) { return fault(kind); });
  }
  void heals() { answers({}); }

  [[nodiscard]] std::size_t calls() const {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }
  [[nodiscard]] std::vector<Query> asked() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Query> calls_;
  Answer answer_;
};

class CountingObserver final : public Observer {
 public:
  void attempt_ended(Function, const Failure* failure, std::chrono::nanoseconds) noexcept override {
    const std::lock_guard lock(mutex_);
    failure != nullptr ? ++failures[failure->kind] : ++successes;
  }
  void oddity_seen(Function, Oddity oddity, std::string_view) noexcept override {
    const std::lock_guard lock(mutex_);
    ++oddities[oddity];
  }
  void figures_unreadable(const Query&, Figure figure, std::uint32_t count) noexcept override {
    const std::lock_guard lock(mutex_);
    figures[figure] += count;
  }
  void answered(CacheResult result, bool, std::chrono::nanoseconds) noexcept override {
    const std::lock_guard lock(mutex_);
    ++answers[result];
  }
  std::map<Oddity, int> oddities;
  std::map<Figure, std::uint32_t> figures;
  int successes = 0;
  std::map<FailureKind, int> failures;
  std::map<CacheResult, int> answers;

 private:
  std::mutex mutex_;
};

/// The outcome of a `get`, whether returned immediately or passed to the callback later.
struct Asked {
  std::optional<StockClient::Ticket> ticket;
  std::shared_ptr<std::vector<Outcome>> outcomes = std::make_shared<std::vector<Outcome>>();

  [[nodiscard]] bool answered() const { return !outcomes->empty(); }
  [[nodiscard]] const Outcome& outcome() const { return outcomes->at(0); }
  [[nodiscard]] bool has_value() const { return answered() && outcome().has_value(); }
  [[nodiscard]] const Answer& value() const { return *outcome(); }
  [[nodiscard]] const Failure& error() const { return outcome().error(); }
};

class ClientTest : public ::testing::Test {
 protected:
  /// Created on first use, so that tests can change the settings before.
  StockClient& client() {
    if (!client_) {
      client_.emplace(settings, upstream, breakers(), Clocks{clock, wall, boot},
                      std::vector<Observer*>{&observer},
                      StockClientParts{&scheduler, nullptr, sources});
    }
    return *client_;
  }
  UpstreamBreakers& breakers() {
    if (!breakers_) breakers_.emplace(same_for_all(breaker_settings), clock);
    return *breakers_;
  }
  /// The host's breaker.
  circuitbreaker::CircuitBreaker& breaker() { return breakers().host(); }

  Asked ask(const Query& query, circuitbreaker::Duration wait = 10s, const std::string& who = {}) {
    Asked asked;
    auto result = client().get(
        query, {clock.now() + wait, who},
        [outcomes = asked.outcomes](Outcome outcome) { outcomes->push_back(std::move(outcome)); });
    if (auto* outcome = std::get_if<Outcome>(&result)) {
      asked.outcomes->push_back(std::move(*outcome));
    } else {
      asked.ticket = std::move(std::get<StockClient::Ticket>(result));
    }
    return asked;
  }
  Asked ask(const std::string& symbol, circuitbreaker::Duration wait = 10s,
            const std::string& who = {}) {
    return ask(quote_query(symbol), wait, who);
  }
  /// Makes a request, then runs all ready tasks.
  Asked ask_and_run(const std::string& symbol, const std::string& who = {}) {
    Asked asked = ask(symbol, 10s, who);
    scheduler.run_ready();
    return asked;
  }
  /// Fetches a value for the symbol and lets it age to `age`.
  void know(const std::string& symbol, circuitbreaker::Duration age = {}) {
    ASSERT_TRUE(ask_and_run(symbol).has_value());
    scheduler.advance(age);
  }
  circuitbreaker::State state() { return breaker().snapshot().state; }

  circuitbreaker::ManualClock clock;
  DerivedWallClock wall{clock, WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21))};
  DerivedBootClock boot{clock};
  ManualScheduler scheduler{clock};
  ScriptedUpstream upstream;
  CountingObserver observer;
  StockClientSettings settings = settings_without_retries();
  circuitbreaker::Settings breaker_settings;
  std::vector<ValueSource*> sources;

 private:
  std::optional<UpstreamBreakers> breakers_;
  std::optional<StockClient> client_;
};

}  // namespace stockclient::testing
