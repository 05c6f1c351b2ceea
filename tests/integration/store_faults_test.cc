/// Faults of the store's disk and database, while the service keeps answering.

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/store_fixture.h"
#include "tests/support/postgres_server.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using test_support::eventually;
using test_support::HttpCall;
using test_support::PostgresServer;
using testing::HasSubstr;

/// The settings of tests in which the breaker must not delay the recovery.
constexpr const char* kQuickBreaker =
    "circuit_breaker: {database: {open_timeout: 100ms, success_threshold: 1}}\n";

class IntegrationStoreFaults : public StoreFixture {
 protected:
  void start_with_quick_breaker() {
    start({"--config", folder_.write("service.yaml", kQuickBreaker)});
  }
  void stop() {
    service_->signal(SIGTERM);
    ASSERT_EQ(service_->wait_for_exit(), 0);
  }
  void store_symbols(int count) const {
    for (int i = 0; i < count; ++i) ASSERT_EQ(quote("S" + std::to_string(i)).status, 200);
  }
  [[nodiscard]] bool logged(const std::string& text) const {
    return eventually([&] { return service_->err().find(text) != std::string::npos; });
  }
  /// Requests new symbols until the store's entry in `/health` satisfies the condition. Every
  /// request must succeed.
  template <class Condition>
  [[nodiscard]] bool answers_until_health(Condition condition) {
    return eventually([&] {
      EXPECT_EQ(quote("NEW" + std::to_string(next_++)).status, 200);
      EXPECT_EQ(quote("S0").status, 200);
      return condition(health());
    });
  }
  [[nodiscard]] bool answers_until_the_fault_is_shown() {
    return answers_until_health([](const json& entry) { return entry.at("status") != "ok"; });
  }
  [[nodiscard]] bool answers_until_recovered() {
    return answers_until_health([](const json& entry) { return entry.at("status") == "ok"; });
  }
  void expect_new_values_survive_a_kill() {
    const std::string symbol = "NEW" + std::to_string(next_++);
    ASSERT_EQ(quote(symbol).status, 200);
    ASSERT_TRUE(eventually([&] {
      return get("/metrics").body.find("\nstock_store_write_lag_seconds 0\n") != std::string::npos;
    }));
    ASSERT_NO_FATAL_FAILURE(kill());
    set_mode("error");
    start();
    EXPECT_EQ(quote(symbol).status, 200);
    set_mode("ok");
  }
  [[nodiscard]] int damaged_files() const {
    return static_cast<int>(std::count_if(
        fs::directory_iterator(state()), fs::directory_iterator(), [](const auto& entry) {
          const std::string name = entry.path().filename();
          return name.starts_with("quotes.db.corrupt-") && !name.ends_with("-wal");
        }));
  }
  [[nodiscard]] static std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void overwrite(std::uintmax_t position, const std::string& bytes) const {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(position));
    out << bytes;
  }

 private:
  int next_ = 0;
};

/// The answers that clients have received: for each symbol, the body.
class ReceivedAnswers {
 public:
  void add(const std::string& symbol, std::string body) {
    const std::lock_guard lock(mutex_);
    bodies_[symbol] = std::move(body);
  }
  [[nodiscard]] std::map<std::string, std::string> all() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> bodies_;
};

/// Requests new symbols until the service has been killed. Only an answer that took less than 50 ms
/// counts. The service delays an answer by up to 50 ms until its value has been committed, so an
/// answer that came earlier must have a durable value.
void request_new_symbols(std::uint16_t port, const std::string& prefix, ReceivedAnswers& answers) {
  try {
    for (int i = 0;; ++i) {
      const std::string symbol = prefix + std::to_string(i);
      const auto started = std::chrono::steady_clock::now();
      HttpResponse answer = test_support::http_get(port, "/stocks/" + symbol);
      const auto duration = std::chrono::steady_clock::now() - started;
      if (answer.status == 200 && duration < std::chrono::milliseconds(50)) {
        answers.add(symbol, std::move(answer.body));
      }
    }
  } catch (const std::exception&) {
    // The service was killed.
  }
}

TEST_F(IntegrationStoreFaults, KillsUnderLoadLoseNoAnsweredValue) {
  std::mt19937 random(20261125);
  for (int round = 0; round < 10; ++round) {
    start();
    ReceivedAnswers answers;
    {
      std::vector<std::jthread> clients;
      for (int client = 0; client < 4; ++client) {
        const std::string prefix = "R" + std::to_string(round) + "C" + std::to_string(client) + "N";
        clients.emplace_back([&, prefix] { request_new_symbols(port_, prefix, answers); });
      }
      const std::size_t moment = 1 + random() % 60;
      EXPECT_TRUE(eventually([&] { return answers.all().size() >= moment; }));
      ASSERT_NO_FATAL_FAILURE(kill());
    }
    set_mode("error");
    start();
    for (const auto& [symbol, body] : answers.all()) {
      const HttpResponse answer = quote(symbol);
      ASSERT_EQ(answer.status, 200) << symbol << " is unknown after kill " << round;
      const json before = json::parse(body);
      const json after = json::parse(answer.body);
      for (const char* figure : {"price", "tradingDay", "fetchedAt"})
        EXPECT_EQ(after.at(figure), before.at(figure)) << symbol;
    }
    EXPECT_EQ(damaged_files(), 0);
    ASSERT_NO_FATAL_FAILURE(kill());
    set_mode("ok");
  }
}

TEST_F(IntegrationStoreFaults, ATruncatedFileIsReplaced) {
  start();
  store_symbols(100);
  ASSERT_NO_FATAL_FAILURE(stop());
  fs::resize_file(file(), fs::file_size(file()) / 2);
  start_with_quick_breaker();
  EXPECT_TRUE(answers_until_recovered()) << health();
  EXPECT_EQ(damaged_files(), 1) << service_->err();
  expect_new_values_survive_a_kill();
}

TEST_F(IntegrationStoreFaults, ADamagedPageInTheMiddleIsFoundAndTheFileReplaced) {
  start();
  store_symbols(200);
  ASSERT_NO_FATAL_FAILURE(stop());
  const std::uintmax_t size = fs::file_size(file());
  overwrite(size / 4, std::string(size / 2, 'Z'));
  start_with_quick_breaker();
  EXPECT_TRUE(logged("the store's file is damaged")) << service_->err();
  EXPECT_TRUE(answers_until_recovered()) << health();
  EXPECT_EQ(damaged_files(), 1);
  expect_new_values_survive_a_kill();
}

TEST_F(IntegrationStoreFaults, AFolderThatIsRemovedIsCreatedAgain) {
  start_with_quick_breaker();
  store_symbols(1);
  fs::remove_all(state());
  EXPECT_TRUE(answers_until_the_fault_is_shown());
  EXPECT_TRUE(answers_until_recovered()) << health();
  expect_new_values_survive_a_kill();
}

TEST_F(IntegrationStoreFaults, AFolderWithoutPermissionIsNamedByHealthAndUsedOncePermitted) {
  start();
  store_symbols(1);
  ASSERT_NO_FATAL_FAILURE(stop());
  constexpr uid_t kNobody = 65534;
  const bool as_root = ::geteuid() == 0;
  if (as_root) {
    // The superuser may write regardless of permissions.
    wrapper_ = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    fs::permissions(folder_.path(), fs::perms(0755));
    for (const auto& entry : fs::directory_iterator(state()))
      ASSERT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
  }
  fs::permissions(file(), fs::perms(0400));
  fs::permissions(state(), fs::perms(0555));
  start_with_quick_breaker();
  EXPECT_TRUE(answers_until_the_fault_is_shown());
  EXPECT_EQ(status(), "degraded");
  EXPECT_THAT(get("/health").body, HasSubstr("Permission denied"));
  if (as_root) {
    ASSERT_EQ(::chown(state().c_str(), kNobody, kNobody), 0);
  }
  fs::permissions(state(), fs::perms(0700));
  fs::permissions(file(), fs::perms(0600));
  EXPECT_TRUE(answers_until_recovered()) << health();
  expect_new_values_survive_a_kill();
}

TEST_F(IntegrationStoreFaults, ValuesThatDoNotFitOnTheDiskAreWrittenWhenThereIsRoom) {
  wrapper_ = {"/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"};
  start_with_quick_breaker();
  store_symbols(1);
  rlimit limit{};
  ASSERT_EQ(::prlimit(service_->pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  const rlimit full{.rlim_cur = 0, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::prlimit(service_->pid(), RLIMIT_FSIZE, &full, nullptr), 0);
  EXPECT_TRUE(answers_until_the_fault_is_shown());
  EXPECT_EQ(status(), "degraded");
  ASSERT_EQ(quote("WAITS").status, 200);
  ASSERT_EQ(::prlimit(service_->pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  EXPECT_TRUE(answers_until_recovered()) << health();
  ASSERT_NO_FATAL_FAILURE(expect_new_values_survive_a_kill());
  set_mode("error");
  EXPECT_EQ(quote("WAITS").status, 200);
}

TEST_F(IntegrationStoreFaults, ARestartedPostgresIsUsedAgain) {
  PostgresServer server;
  store_url_ = server.url();
  start_with_quick_breaker();
  store_symbols(1);
  server.restart();
  EXPECT_TRUE(answers_until_the_fault_is_shown()) << "the connection was dropped";
  EXPECT_TRUE(answers_until_recovered()) << health();
  expect_new_values_survive_a_kill();
}

TEST_F(IntegrationStoreFaults, AFileOfANewerVersionIsLeftUntouchedAndNamed) {
  start();
  store_symbols(1);
  ASSERT_NO_FATAL_FAILURE(stop());
  // The last byte of user_version in the header (https://www.sqlite.org/fileformat.html, 1.3).
  overwrite(63, "\x63");
  const std::string before = contents(file());
  start();
  EXPECT_TRUE(answers_until_the_fault_is_shown());
  EXPECT_EQ(status(), "degraded");
  EXPECT_THAT(get("/health").body, HasSubstr("newer_version"));
  EXPECT_TRUE(logged("has schema version 99; this program supports versions up to 1"));
  ASSERT_NO_FATAL_FAILURE(kill());
  EXPECT_EQ(contents(file()), before);
}

TEST_F(IntegrationStoreFaults, StoredValuesAreAnsweredWhileEveryUpstreamCallHangs) {
  start();
  store_symbols(1000);
  ASSERT_NO_FATAL_FAILURE(stop());
  set_mode("hang");
  // The memory is so small that most values must be read from the store.
  start({"--cache-bytes", "1MiB", "--upstream-timeout", "40s", "--max-wait", "50s"});
  std::vector<std::unique_ptr<HttpCall>> hanging;
  for (int i = 0; i < 20; ++i) {
    const std::string target = "/stocks/HANGS" + std::to_string(i);
    // One function occupies at most three quarters of the workers.
    hanging.push_back(std::make_unique<HttpCall>(port_, "GET", target));
    hanging.push_back(std::make_unique<HttpCall>(port_, "GET", target + "/history"));
  }
  ASSERT_TRUE(eventually([&] { return calls_in_flight() >= 16; }));
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; i += 20) {
    ASSERT_EQ(quote("S" + std::to_string(i)).status, 200) << i;
    ASSERT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
  }
}

}  // namespace
}  // namespace integration
