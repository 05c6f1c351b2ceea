/// Unusable settings are rejected at construction.

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "stockclient/wire/curl_transport.h"

namespace stockclient {
namespace {

using std::chrono::milliseconds;

TEST(CurlTransportSettings, AcceptAnUpstreamUrl) {
  for (const char* url :
       {"https://www.alphavantage.co", "https://www.alphavantage.co/",
        "http://127.0.0.1:8080/prefix", "http://[::1]:80", "https://proxy.local"}) {
    EXPECT_NO_THROW(CurlTransport({.base_url = url})) << url;
  }
}

TEST(CurlTransportSettings, RefuseAnyOtherUrlWithoutRepeatingIt) {
  for (const char* url :
       {"", "www.alphavantage.co", "ftp://canary", "file:///canary", "HTTPS//canary", "http://",
        "https://user:canary@host", "https://canary@host", "https://host/?apikey=canary",
        "https://host/#canary", "https://host:canary", "https://ho st"}) {
    try {
      const CurlTransport transport({.base_url = url});
      ADD_FAILURE() << "accepted: " << url;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string(error.what()).find("canary"), std::string::npos) << error.what();
    }
  }
}

TEST(CurlTransportSettings, RefuseZeroLimitsAndUnreadableFiles) {
  EXPECT_THROW(CurlTransport({.connect_timeout = milliseconds(0)}), std::invalid_argument);
  EXPECT_THROW(CurlTransport({.max_body_bytes = 0}), std::invalid_argument);
  EXPECT_THROW(CurlTransport({.ca_file = "/no/such/file"}), std::invalid_argument);
}

}  // namespace
}  // namespace stockclient
