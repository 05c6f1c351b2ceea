/// Requests that must never reach a handler, and the exact status of the answer to each.

#include <ostream>
#include <string>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

struct Hole {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const Hole& hole, std::ostream* out) {
  *out << hole.name;
}

std::string with(const std::string& fields, const std::string& body = {}) {
  return "POST / HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return with("Transfer-Encoding: chunked\r\n", body);
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

class FramingHole : public ConnectionTest, public testing::WithParamInterface<Hole> {};

TEST_P(FramingHole, IsClosed) {
  start();
  auto client = connect();
  // The bytes that follow must not be treated as a request either.
  client.send(GetParam().bytes + "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto response = client.response();
  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.header("Connection"), "close");
  EXPECT_TRUE(client.closes());
  EXPECT_EQ(handled_, 0);
}

const Hole kRequestLines[] = {
    {"BareLineFeed", "GET / HTTP/1.1\nHost: test\n\n", 400},
    {"BareCarriageReturn", "GET / HTTP/1.1\rHost: test\r\n\r\n", 400},
    {"TwoEmptyLinesFirst", "\r\n\r\nGET / HTTP/1.1\r\n", 400},
    {"Http09", "GET /\r\n", 400},
    {"NoTarget", "GET HTTP/1.1\r\n", 400},
    {"EmptyTarget", "GET  HTTP/1.1\r\n", 400},
    {"SpaceInTarget", "GET /a b HTTP/1.1\r\n", 400},
    {"TabForSpace", "GET\t/\tHTTP/1.1\r\n", 400},
    {"ControlCharacterInTarget", "GET /a\x01 HTTP/1.1\r\n", 400},
    {"NulInTarget", std::string("GET /a\0b HTTP/1.1\r\n", 19), 400},
    {"RawUtf8InTarget", "GET /\xc3\xa4 HTTP/1.1\r\n", 400},
    {"Fragment", "GET /a#b HTTP/1.1\r\n", 400},
    {"RelativeTarget", "GET a HTTP/1.1\r\n", 400},
    {"AsteriskForGet", "GET * HTTP/1.1\r\n", 400},
    {"UserInformation", "GET http://user@host/ HTTP/1.1\r\n", 400},
    {"AbsoluteFormWithoutHost", "GET http:///a HTTP/1.1\r\n", 400},
    {"OtherScheme", "GET ftp://host/ HTTP/1.1\r\n", 400},
    {"LowerCaseVersion", "GET / http/1.1\r\n", 400},
    {"LongVersion", "GET / HTTP/1.10\r\n", 400},
    {"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501},
    {"UnknownMethod", "BREW / HTTP/1.1\r\n", 501},
    {"LowerCaseMethod", "get / HTTP/1.1\r\n", 501},
    {"MethodIsNoToken", "GE(T / HTTP/1.1\r\n", 400},
    {"Connect", "CONNECT host:443 HTTP/1.1\r\n", 501},
    {"Trace", "TRACE / HTTP/1.1\r\n", 501},
    {"TlsHello", "\x16\x03\x01\x02\x01\x01\r\n", 400},
    {"LongTarget", "GET /" + std::string(8000, 'a') + " HTTP/1.1\r\n", 414},
    {"EndlessRequestLine", "GET /" + std::string(100'000, 'a'), 414},
};

const Hole kFields[] = {
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"HostIsNoHost", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"SpaceBeforeColon", with("Content-Length : 0\r\n"), 400},
    {"FoldedLine", with("X: a\r\n b\r\n"), 400},
    {"FoldedFirstLine", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"NoColon", with("nonsense\r\n"), 400},
    {"EmptyName", with(": a\r\n"), 400},
    {"ControlCharacterInName", with("X\x01: a\r\n"), 400},
    {"ControlCharacterInValue", with("X: a\x1b[31m\r\n"), 400},
    {"NulInValue", with(std::string("X: a\0b\r\n", 8)), 400},
    {"CarriageReturnInValue", with("X: a\rb\r\n"), 400},
    {"BareLineFeedInFields", with("X: a\nY: b\r\n"), 400},
    {"TooManyFields", with(repeated("X: a\r\n", 101)), 431},
    {"EndlessLine", with("X: " + std::string(100'000, 'a')), 431},
    {"ManyLongLines", with(repeated("X: " + std::string(1000, 'a') + "\r\n", 20)), 431},
};

const Hole kBodies[] = {
    {"LengthTwice", with("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
    {"LengthsDiffer", with("Content-Length: 1\r\nContent-Length: 2\r\n", "a"), 400},
    {"LengthList", with("Content-Length: 1, 1\r\n", "a"), 400},
    {"NegativeLength", with("Content-Length: -1\r\n"), 400},
    {"SignedLength", with("Content-Length: +1\r\n", "a"), 400},
    {"HexLength", with("Content-Length: 0x1\r\n", "a"), 400},
    {"EmptyLength", with("Content-Length: \r\n"), 400},
    {"LengthOverflows", with("Content-Length: 99999999999999999999\r\n"), 413},
    {"LengthWrapsToSmall", with("Content-Length: 18446744073709551617\r\n", "a"), 413},
    {"LongBody", with("Content-Length: 4097\r\n"), 413},
    {"LengthAndChunks", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
     400},
    {"ChunksAndLength", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
     400},
    {"ChunkedTwice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"ChunkedList", with("Transfer-Encoding: chunked, chunked\r\n"), 501},
    {"CompressedBomb", with("Transfer-Encoding: gzip, chunked\r\n"), 501},
    {"UnknownCoding", with("Transfer-Encoding: xchunked\r\n"), 501},
    {"IdentityCoding", with("Transfer-Encoding: identity\r\n"), 501},
    {"QuotedCoding", with("Transfer-Encoding: \"chunked\"\r\n"), 501},
    {"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"NegativeChunk", chunked("-1\r\n"), 400},
    {"SignedChunk", chunked("+1\r\na\r\n"), 400},
    {"PrefixedChunk", chunked("0x1\r\na\r\n"), 400},
    {"SpaceBeforeChunk", chunked(" 1\r\na\r\n"), 400},
    {"SpaceBehindChunk", chunked("1 \r\na\r\n"), 400},
    {"EmptyChunkSize", chunked("\r\n"), 400},
    {"ChunkSizeOverflows", chunked("10000000000000001\r\na\r\n"), 400},
    {"NineDigits", chunked("000000001\r\na\r\n"), 400},
    {"HugeChunk", chunked("ffffffff\r\n"), 413},
    {"EndlessChunks", chunked(repeated("400\r\n" + std::string(1024, 'a') + "\r\n", 5)), 413},
    {"EndlessTinyChunks", chunked(repeated("1\r\na\r\n", 2000)), 413},
    {"ChunkEndsInBareLineFeed", chunked("1\na\r\n0\r\n\r\n"), 400},
    {"DataWithoutLineEnd", chunked("1\r\nab\r\n"), 400},
    {"DataEndsInBareLineFeed", chunked("1\r\na\n0\r\n\r\n"), 400},
    {"LongExtension", chunked("1;" + std::string(300, 'a') + "\r\na\r\n"), 400},
    {"LineFeedInExtension", chunked("1;a\nb\r\na\r\n0\r\n\r\n"), 400},
    {"ControlCharacterInExtension", chunked("1;a\x01\r\na\r\n0\r\n\r\n"), 400},
    {"MalformedTrailer", chunked("0\r\nX : a\r\n\r\n"), 400},
    {"FoldedTrailer", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400},
    {"TooManyTrailers", chunked("0\r\n" + repeated("X: a\r\n", 101) + "\r\n"), 431},
    {"EndlessTrailer", chunked("0\r\nX: " + std::string(100'000, 'a')), 431},
};

std::string name_of(const testing::TestParamInfo<Hole>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(RequestLine, FramingHole, testing::ValuesIn(kRequestLines), name_of);
INSTANTIATE_TEST_SUITE_P(Fields, FramingHole, testing::ValuesIn(kFields), name_of);
INSTANTIATE_TEST_SUITE_P(Bodies, FramingHole, testing::ValuesIn(kBodies), name_of);

}  // namespace
}  // namespace service
