/// Limits on the bytes and the time of one call, whatever the upstream sends.

#include <string>
#include <zlib.h>

#include <gtest/gtest.h>

#include "stockclient/wire/curl_transport.h"
#include "tests/stockclient/wire/transport_harness.h"

namespace stockclient {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::always;
using testing::Connection;
using testing::fault_of;
using testing::get_from;
using testing::kAmple;
using testing::LoopbackServer;

/// `size` zero bytes, compressed as a gzip member.
std::string gzip_of_zeros(std::size_t size) {
  constexpr int kGzipWindow = 15 + 16;
  std::string zeros(size, '\0');
  std::string packed(size / 500 + 256, '\0');
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST(CurlTransportLimits, AcceptsABodyOfTheLargestSize) {
  const LoopbackServer server(always(std::string(1000, 'x')));
  CurlTransport transport({.base_url = server.url(), .max_body_bytes = 1000});
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, {})), "none: status 200");
}

TEST(CurlTransportLimits, RefusesABodyThatIsTooLarge) {
  const LoopbackServer server(always(std::string(1001, 'x')));
  CurlTransport transport({.base_url = server.url(), .max_body_bytes = 1000});
  EXPECT_EQ(fault_of(transport.get("/query", kAmple, {})), "too_large");
}

TEST(CurlTransportLimits, RefusesAnEndlessBody) {
  const LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.send("400\r\n" + std::string(1024, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(fault_of(get_from(server)), "too_large");
}

TEST(CurlTransportLimits, RefusesABodyThatDecompressesToTooMuch) {
  const std::string bomb = gzip_of_zeros(20u << 20);
  ASSERT_LT(bomb.size(), 100'000U);
  const LoopbackServer server(always(bomb, "200 OK", "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(fault_of(get_from(server)), "too_large");
}

TEST(CurlTransportLimits, DecompressesABody) {
  const LoopbackServer server(always(gzip_of_zeros(5000), "200 OK", "Content-Encoding: gzip\r\n"));
  const TransportResult result = get_from(server);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->body, std::string(5000, '\0'));
}

TEST(CurlTransportLimits, RefusesEndlessHeaders) {
  const LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X-Filler: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(fault_of(get_from(server)), "too_large");
}

TEST(CurlTransportLimits, TimesOutWhenNoAnswerComes) {
  const LoopbackServer server([](Connection& connection) { connection.hang(); });
  EXPECT_EQ(fault_of(get_from(server, milliseconds(50))), "timeout");
}

TEST(CurlTransportLimits, TimesOutInTheMiddleOfABody) {
  const LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    connection.hang();
  });
  EXPECT_EQ(fault_of(get_from(server, milliseconds(50))), "timeout");
}

TEST(CurlTransportLimits, MakesNoCallWithoutTimeLeft) {
  const LoopbackServer server(always("{}"));
  EXPECT_EQ(fault_of(get_from(server, seconds(0))), "timeout");
  EXPECT_EQ(fault_of(get_from(server, seconds(-1))), "timeout");
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace stockclient
