#include "service/secrets.h"

#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SecretsTest : public testing::Test {
 protected:
  ~SecretsTest() override {
    for (const std::string& file : files_) std::remove(file.c_str());
  }
  std::string file(const std::string& content, mode_t mode = 0600) {
    files_.push_back(testing::TempDir() + "secrets_test_" +
                     testing::UnitTest::GetInstance()->current_test_info()->name() +
                     std::to_string(files_.size()));
    std::ofstream(files_.back()) << content;
    chmod(files_.back().c_str(), mode);
    return files_.back();
  }
  Secrets load(const Environment& environment = {}) {
    LoadedSettings loaded = load_settings({}, {});
    loaded.settings = settings;
    return load_secrets(loaded, environment);
  }
  ServiceSettings settings;

 private:
  std::vector<std::string> files_;
};

TEST_F(SecretsTest, TheKeyComesFromTheEnvironment) {
  const Secrets secrets = load({{"ALPHAVANTAGE_API_KEY", "KEY"}});
  EXPECT_EQ(secrets.api_key.reveal(), "KEY");
  EXPECT_THAT(secrets.errors, IsEmpty());
}

TEST_F(SecretsTest, TheKeyIsAlsoFoundUnderItsOtherSpelling) {
  const Secrets secrets = load({{"ALPHA_VANTAGE_API_KEY", "KEY"}});
  EXPECT_EQ(secrets.api_key.reveal(), "KEY");
  EXPECT_EQ(secrets.api_key_origin, "environment ALPHA_VANTAGE_API_KEY");
  EXPECT_THAT(load({{"ALPHA_VANTAGE_API_KEY", "KEY"}, {"ALPHAVANTAGE_API_KEY", "KEY"}}).errors,
              IsEmpty());
}

TEST_F(SecretsTest, DifferentKeysUnderBothSpellingsAreRejectedWithoutShowingThem) {
  const Secrets secrets =
      load({{"ALPHA_VANTAGE_API_KEY", "KEY-A"}, {"ALPHAVANTAGE_API_KEY", "KEY-B"}});
  EXPECT_THAT(secrets.errors, ElementsAre(testing::AllOf(HasSubstr("contain different keys"),
                                                         Not(HasSubstr("KEY-")))));
}

TEST_F(SecretsTest, TheKeyComesFromAFile) {
  settings.api_key_file = file("KEY\n");
  const Secrets secrets = load();
  EXPECT_EQ(secrets.api_key.reveal(), "KEY");
  EXPECT_THAT(secrets.warnings, IsEmpty());
}

TEST_F(SecretsTest, AFileThatEveryUserCanReadIsAWarning) {
  settings.api_key_file = file("KEY\n", 0644);
  EXPECT_THAT(load().warnings, ElementsAre(HasSubstr("can be read by every user")));
}

TEST_F(SecretsTest, DifferentKeysInFileAndEnvironmentAreRejectedWithoutShowingThem) {
  settings.api_key_file = file("KEY-A");
  const Secrets secrets = load({{"ALPHAVANTAGE_API_KEY", "KEY-B"}});
  EXPECT_THAT(secrets.errors,
              ElementsAre(testing::AllOf(HasSubstr("different key"), Not(HasSubstr("KEY-")))));
  EXPECT_THAT(load({{"ALPHAVANTAGE_API_KEY", "KEY-A"}}).errors, IsEmpty());
}

TEST_F(SecretsTest, NoKeyIsAnErrorExceptForTheDemo) {
  EXPECT_THAT(load().errors, ElementsAre(HasSubstr("no API key")));
  EXPECT_THAT(load({{"ALPHAVANTAGE_API_KEY", ""}}).errors, ElementsAre(HasSubstr("no API key")));
  settings.demo = true;
  EXPECT_THAT(load().errors, IsEmpty());
}

TEST_F(SecretsTest, AFileWithoutExactlyOnePrintableLineIsRejected) {
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("a b"), std::string("a\nb"),
        std::string("\x01key"), std::string(5000, 'k')}) {
    settings.api_key_file = file(content);
    EXPECT_THAT(load().errors, ElementsAre(HasSubstr("must contain one line")));
  }
  settings.api_key_file = "/no/such/file";
  EXPECT_THAT(load().errors, ElementsAre("api_key_file: /no/such/file: cannot be read"));
  settings.api_key_file = "/tmp";
  EXPECT_THAT(load().errors, ElementsAre("api_key_file: /tmp: cannot be read"));
}

TEST_F(SecretsTest, AnUnreadableFileIsReportedWithThePlaceThatNamesIt) {
  const std::string yaml = file("port: 1\napi_key_file: /no/key\nadmin_token_file: /no/token\n");
  const std::vector<std::string> by_file{"--config", yaml};
  EXPECT_THAT(load_secrets(load_settings(by_file, {}), {}).errors,
              ElementsAre(yaml + ":2: api_key_file: /no/key: cannot be read",
                          yaml + ":3: admin_token_file: /no/token: cannot be read"));
  const std::vector<std::string> by_flag{"--api-key-file=/no/key"};
  EXPECT_THAT(load_secrets(load_settings(by_flag, {}), {}).errors,
              ElementsAre("flag --api-key-file: /no/key: cannot be read"));
}

TEST_F(SecretsTest, TheAdminTokenComesFromItsFile) {
  settings.admin_token_file = file("0123456789abcdef\n");
  const Secrets secrets = load({{"ALPHAVANTAGE_API_KEY", "KEY"}});
  EXPECT_EQ(secrets.admin_token.reveal(), "0123456789abcdef");
  EXPECT_THAT(secrets.errors, IsEmpty());
}

TEST_F(SecretsTest, AnAdminTokenShorterThan16CharactersIsRejectedWithoutShowingIt) {
  settings.admin_token_file = file("0123456789abcde\n");
  const Secrets secrets = load({{"ALPHAVANTAGE_API_KEY", "KEY"}});
  EXPECT_THAT(secrets.errors, ElementsAre(testing::AllOf(HasSubstr("at least 16 characters"),
                                                         Not(HasSubstr("0123456789")))));
}

}  // namespace
}  // namespace service
