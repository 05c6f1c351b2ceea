/// A proxy between the transport and the upstream.

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "stockclient/wire/classify.h"
#include "tests/stockclient/wire/answer_time.h"
#include "tests/stockclient/wire/transport_harness.h"

namespace stockclient {
namespace {

using testing::always;
using testing::kAmple;
using testing::LoopbackServer;

/// Sets an environment variable for one test.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() { ::unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
};

TransportResult get_through_proxy(const char* variable, const std::string& base_url,
                                  const std::string& status) {
  const LoopbackServer proxy(always("", status));
  const ScopedVariable environment(variable, proxy.url());
  CurlTransport transport({.base_url = base_url});
  return transport.get("/query?apikey=CANARYKEY", kAmple, {});
}

std::string detail_of(const TransportResult& result) {
  if (!result) return result.error().detail;
  const auto answer =
      classify({Function::global_quote, "ACME"}, *result, testing::kAnswerTime).result;
  return answer ? "data" : answer.error().detail;
}

constexpr const char* kNamed407 = "the proxy asks for credentials (status 407)";

TEST(CurlTransportProxy, ThatDemandsCredentialsBeforeATunnelIsNamed) {
  const TransportResult result = get_through_proxy("https_proxy", "https://upstream.invalid",
                                                   "407 Proxy Authentication Required");
  EXPECT_EQ(detail_of(result), kNamed407);
}

TEST(CurlTransportProxy, ThatDemandsCredentialsForAPlainUpstreamIsNamed) {
  const TransportResult result = get_through_proxy("http_proxy", "http://upstream.invalid",
                                                   "407 Proxy Authentication Required");
  EXPECT_EQ(detail_of(result), kNamed407);
}

TEST(CurlTransportProxy, ThatRefusesATunnelIsNamed) {
  const TransportResult result =
      get_through_proxy("https_proxy", "https://upstream.invalid", "503 Service Unavailable");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, TransportFault::connect);
  EXPECT_EQ(result.error().detail, "the proxy refuses the connection with status 503");
}

}  // namespace
}  // namespace stockclient
