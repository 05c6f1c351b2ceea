/// The table of upstream answers, tested through all layers between the network and the client.

#include "tests/service/quotes/facts_table.h"

#include <map>
#include <sstream>

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::HasSubstr;

/// Returns the same answer to every call.
class OneAnswer final : public stockclient::Transport {
 public:
  stockclient::TransportResult get(const std::string&, circuitbreaker::Duration,
                                   std::stop_token) override {
    ++calls;
    return answer;
  }
  stockclient::TransportResult answer;
  int calls = 0;
};

class FactsTable : public ApiTest, public testing::WithParamInterface<FactsRow> {
 protected:
  FactsTable() {
    transport = &transport_;
    settings.client.retry_attempts = stockclient::StockClientSettings().retry_attempts;
  }

  void prepare(const FactsRow& row) {
    transport_.answer = stockclient::TransportResponse{
        200,
        R"({"Global Quote": {"01. symbol": "ACME", "05. price": "100",
            "07. latest trading day": "2026-11-20"}})",
        std::nullopt};
    if (row.before == Before::known) {
      ASSERT_EQ(get(row.target).status, 200);
      // The value is too old to be served immediately, so the caller waits for the refresh and gets
      // its reason.
      scheduler.advance(settings.client.fresh_ttl + settings.client.stale_while_revalidate);
    }
    if (row.before == Before::half_open) {
      for (int i = 0; i < 5; ++i) breaker().try_acquire()->failure("down");
      scheduler.advance(settings.alpha_vantage.open_timeout);
    }
    transport_.answer = row.arrived;
    transport_.calls = 0;
  }

  /// The response, after any number of attempts and pauses.
  HttpResponse ask(const std::string& target) {
    HandlerResult result = start(target);
    if (auto* response = std::get_if<HttpResponse>(&result)) return std::move(*response);
    auto& pending = *std::get<std::unique_ptr<PendingResponse>>(result);
    bool ready = false;
    pending.when_ready([&ready] { ready = true; });
    for (int i = 0; i < 150 && !ready; ++i) {
      scheduler.run_ready();
      if (!ready) scheduler.advance(100ms);
    }
    EXPECT_TRUE(ready) << "the caller waits for ever";
    return ready ? pending.take() : HttpResponse();
  }

  /// The values of a counter family, keyed by one of its labels.
  std::map<std::string, int> counts(const std::string& family, const std::string& label) {
    std::map<std::string, int> found;
    std::istringstream page(app().metrics_page());
    for (std::string line; std::getline(page, line);) {
      if (!line.starts_with(family + "{")) continue;
      const std::size_t at = line.find(label + "=\"") + label.size() + 2;
      found[line.substr(at, line.find('"', at) - at)] += std::stoi(line.substr(line.rfind(' ')));
    }
    return found;
  }

  OneAnswer transport_;
};

std::map<std::string, int> difference(std::map<std::string, int> after,
                                      const std::map<std::string, int>& before) {
  for (const auto& [name, count] : before) after[name] -= count;
  std::erase_if(after, [](const auto& entry) { return entry.second == 0; });
  return after;
}

TEST_P(FactsTable, HoldsEverywhere) {
  using Counts = std::map<std::string, int>;
  const FactsRow& row = GetParam();
  prepare(row);
  const auto classes = [&] { return counts("alpha_vantage_requests_total", "class"); };
  const auto verdicts = [&] { return counts("circuit_breaker_calls_total", "outcome"); };
  const Counts classes_before = classes();
  const Counts verdicts_before = verdicts();
  const auto oddities = [&] { return counts("alpha_vantage_oddities_total", "kind"); };
  const auto figures = [&] { return counts("stock_data_faults_total", "figure"); };
  const Counts figures_before = figures();
  log_lines.clear();

  const HttpResponse response = ask(row.target);

  EXPECT_EQ(transport_.calls, row.calls);
  EXPECT_EQ(difference(classes(), classes_before), (Counts{{row.answer_class, row.calls}}));
  EXPECT_EQ(difference(verdicts(), verdicts_before), (Counts{{row.verdict, 2 * row.calls}}))
      << "a call counts for the host's breaker and for its function's";
  EXPECT_EQ(difference(oddities(), {}),
            row.odd.empty() ? Counts() : (Counts{{row.odd, row.calls}}));
  EXPECT_EQ(difference(figures(), figures_before),
            row.figure.empty() ? Counts() : (Counts{{row.figure, 1}}));
  const auto names_figure = [&row](const std::string& line) {
    return line.find("symbol=ACME figure=" + row.figure) != line.npos;
  };
  const std::vector<std::string> lines = log_lines.all();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), names_figure), row.figure.empty() ? 0 : 1);
  EXPECT_EQ(response.status, row.status);
  EXPECT_EQ(header_of(response, "Retry-After"), row.retry_after);
  EXPECT_NE(header_of(response, "X-Request-Id"), "");
  EXPECT_THAT(body_of(response), HasSubstr(row.shows));
  const json answer = json_of(response);
  if (row.status == 200) {
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(answer.at("stale"), !row.code.empty());
    EXPECT_EQ(answer.at("staleReason"), row.code.empty() ? json() : json(row.code));
    EXPECT_EQ(header_of(response, "X-Cache"), row.code.empty() ? "MISS" : "STALE");
    EXPECT_THAT(header_of(response, "Cache-Control"), HasSubstr("stale-if-error="));
  } else {
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(answer.at("code"), row.code);
    EXPECT_EQ(answer.at("status"), row.status);
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header_of(response, "X-Cache"), "");
  }
  EXPECT_EQ(std::any_of(
                lines.begin(), lines.end(),
                [](const auto& line) { return line.find("warning: upstream call") != line.npos; }),
            row.alert);

  static_cast<void>(ask(row.target));
  EXPECT_EQ(transport_.calls == row.calls, row.remembered) << "asked again";
}

INSTANTIATE_TEST_SUITE_P(Row, FactsTable, testing::ValuesIn(facts_table()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace service
