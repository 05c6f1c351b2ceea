/// Unusual but valid requests that cpp-httplib 0.11 on its own would mishandle. Each is answered
/// once and reaches the handler unchanged.

#include <string>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

class StrangeRequest : public ConnectionTest {
 protected:
  HandlerResult handle(const HttpRequest& request) override {
    {
      const std::lock_guard lock(mutex_);
      last_ = request;
    }
    return ConnectionTest::handle(request);
  }

  HttpRequest last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  /// Sends a request and returns the response, after checking that no byte of the request was taken
  /// for another one.
  test_support::HttpResponse ask(const std::string& bytes) {
    if (!server_) start();
    auto client = connect();
    const int before = handled_;
    client.send(bytes + get("/echo/next"));
    auto response = client.response();
    EXPECT_EQ(client.response().body, "GET /echo/next");
    EXPECT_EQ(handled_, before + 2);
    return response;
  }

  /// Sends a request and returns the request that the handler received.
  HttpRequest seen(const std::string& bytes) {
    if (!server_) start();
    auto client = connect();
    client.send(bytes);
    EXPECT_EQ(client.response().status, 200);
    return last();
  }

 private:
  std::mutex mutex_;
  HttpRequest last_;
};

TEST_F(StrangeRequest, TheBodyOfAGetIsNotTakenForARequest) {
  const std::string inner = "GET /inner HTTP/1.1\r\nHost: test\r\n\r\n";
  const auto length = "Content-Length: " + std::to_string(inner.size()) + "\r\n";
  EXPECT_EQ(ask(get("/echo", length) + inner).body, "GET /echo");
  EXPECT_EQ(
      ask(get("/echo", "Transfer-Encoding: chunked\r\n") + "23\r\n" + inner + "\r\n0\r\n\r\n").body,
      "GET /echo");
}

TEST_F(StrangeRequest, ChunksWithExtensionsAndTrailersAreAccepted) {
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: test\r\ntransfer-encoding: CHUNKED\r\n\r\n"
                "3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n")
                .body,
            "POST /echo");
}

TEST_F(StrangeRequest, ACompressedBodyIsNeverDecompressed) {
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Encoding: gzip\r\n"
                "Content-Length: 4\r\n\r\n\x1f\x8b\x08\xff")
                .body,
            "POST /echo");
}

TEST_F(StrangeRequest, AMultipartBodyIsNeverParsed) {
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; "
                "boundary=\"" +
                std::string(5000, '(') + "\r\nContent-Length: 3\r\n\r\n--x")
                .body,
            "POST /echo");
}

TEST_F(StrangeRequest, RangesAreIgnored) {
  std::string ranges = "Range: bytes=0-0";
  for (int i = 0; i < 1000; ++i) ranges += ",0-0";
  const auto response = ask(get("/echo", ranges + "\r\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "GET /echo");
  EXPECT_EQ(ask(get("/echo", "Range: nonsense\r\n")).status, 200);
}

TEST_F(StrangeRequest, AnswersAreNotCompressed) {
  const auto response = ask(get("/echo", "Accept-Encoding: gzip, br\r\n"));
  EXPECT_EQ(response.header("Content-Encoding"), "");
  EXPECT_EQ(response.body, "GET /echo");
}

TEST_F(StrangeRequest, ExpectIsAnsweredOnceAndBeforeTheBody) {
  start();
  auto client = connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.response().status, 100);
  client.send("bo");
  client.send("dy");
  EXPECT_EQ(client.response().body, "POST /echo");
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9999\r\n"
      "\r\n");
  EXPECT_EQ(client.response().status, 413)
      << "no 100 Continue for a request that is rejected anyway";
}

TEST_F(StrangeRequest, AnExpectationWhoseBodyHasArrivedGetsNo100Continue) {
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                "Content-Length: 4\r\n\r\nbody")
                .status,
            200);
}

TEST_F(StrangeRequest, HandlersSeeTheFieldsThatCppHttplibDoesNot) {
  const auto request = seen(get("/",
                                "Range: bytes=0-0\r\nAccept-Encoding: br\r\n"
                                "Expect: x\r\nconnection: keep-alive\r\n"
                                "Content-Encoding: gzip\r\nContent-Type: a/b\r\n"));
  EXPECT_EQ(request.headers, (Headers{{"Host", "test"},
                                      {"Range", "bytes=0-0"},
                                      {"Accept-Encoding", "br"},
                                      {"Expect", "x"},
                                      {"connection", "keep-alive"},
                                      {"Content-Encoding", "gzip"},
                                      {"Content-Type", "a/b"}}));
}

TEST_F(StrangeRequest, OnlyTheGuardDecidesWhetherAConnectionCloses) {
  EXPECT_EQ(ask(get("/echo", "Connection: cl%6Fse\r\n")).header("Connection"), "")
      << "cpp-httplib would decode that to close";
  auto client = connect();
  client.send(get("/echo", "Connection: te, CLOSE\r\n"));
  EXPECT_EQ(client.response().header("Connection"), "close");
  EXPECT_TRUE(client.closes());
}

/// cpp-httplib answers such a line with an empty 400.
TEST_F(StrangeRequest, AFieldLineOfMoreThan8192BytesReachesTheHandler) {
  for (const std::size_t size : {8192U - 10U, 8192U - 9U, 10'000U}) {
    const std::string value(size, 'a');
    EXPECT_EQ(seen(get("/", "X-Long: " + value + "\r\n")).header("X-Long"), value) << size;
  }
}

TEST_F(StrangeRequest, OtherExpectationsAreIgnored) {
  EXPECT_EQ(ask(get("/echo", "Expect: the unexpected\r\n")).status, 200);
}

TEST_F(StrangeRequest, TheRealAddressCannotBeSpoofed) {
  const auto request =
      seen(get("/", "REMOTE_ADDR: 6.6.6.6\r\nRemote_Addr: 6.6.6.6\r\nLOCAL_PORT: 1\r\n"));
  EXPECT_EQ(request.client_address, "127.0.0.1");
  EXPECT_EQ(request.header("REMOTE_ADDR"), "");
  EXPECT_EQ(request.header("LOCAL_PORT"), "");
}

TEST_F(StrangeRequest, FieldValuesAreNotPercentDecoded) {
  const auto request = seen(get("/", "X-Request-Id: a%0d%0aX-Evil: b%00%25\r\n"));
  EXPECT_EQ(request.header("X-Request-Id"), "a%0d%0aX-Evil: b%00%25");
  EXPECT_EQ(request.header("X-Evil"), "");
}

TEST_F(StrangeRequest, TheTargetReachesTheHandlerAsItWasSent) {
  const auto request = seen("GET /a%2Fb//../c?x=%26&y=a?b&&=%zz HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(request.path, "/a%2Fb//../c");
  EXPECT_EQ(request.query, "x=%26&y=a?b&&=%zz");
  EXPECT_EQ(seen("GET /a??b HTTP/1.1\r\nHost: test\r\n\r\n").query, "?b");
  EXPECT_EQ(seen("GET /a? HTTP/1.1\r\nHost: test\r\n\r\n").query, "");
  EXPECT_EQ(seen("GET /%u00e4%uffff%u1%%zz HTTP/1.1\r\nHost: test\r\n\r\n").path,
            "/%u00e4%uffff%u1%%zz");
}

TEST_F(StrangeRequest, AbsoluteFormIsAcceptedAndItsAuthorityReplacesHost) {
  const auto request =
      seen("GET HTTP://Proxied:80/echo?a=b HTTP/1.1\r\nHost: other\r\nX: y\r\n\r\n");
  EXPECT_EQ(request.path, "/echo");
  EXPECT_EQ(request.query, "a=b");
  EXPECT_EQ(request.headers, (Headers{{"Host", "Proxied:80"}, {"X", "y"}}));
  EXPECT_EQ(seen("GET http://proxied?a HTTP/1.1\r\nHost: other\r\n\r\n").path, "/");
}

TEST_F(StrangeRequest, OneEmptyLineBeforeARequestIsIgnored) {
  EXPECT_EQ(ask("\r\n" + get("/echo")).body, "GET /echo");
}

TEST_F(StrangeRequest, LaterMinorVersionsAreReadAsHttp11) {
  EXPECT_EQ(ask("GET /echo HTTP/1.9\r\nHost: test\r\n\r\n").body, "GET /echo");
}

TEST_F(StrangeRequest, OptionsAcceptsAnAsterisk) {
  EXPECT_EQ(seen("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").path, "*");
}

TEST_F(StrangeRequest, AHundredFieldsAndATargetOf8000BytesAreAccepted) {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "X: a\r\n";
  EXPECT_EQ(seen(get("/", fields)).headers.size(), 100U);
  EXPECT_EQ(seen(get("/" + std::string(7999, 'a'))).path.size(), 8000U);
}

TEST_F(StrangeRequest, AHandlersFieldCannotBreakOutOfItsLine) {
  const ConnectionHooks hooks{
      .handler =
          [](const HttpRequest&) {
            auto response = text("ok");
            response.headers = {
                {"X-A", "b\r\nX-Evil: c"}, {"X-C: d\r\nX-Evil", "e"}, {"X-Good", "yes"}};
            return response;
          },
      .format_rejection = [](const RejectedRequest&) { return text("refused"); },
      .observe = {}};
  ConnectionServer server(settings_, hooks);
  server.start();
  RawConnection client(server.port());
  client.send(get("/"));
  const auto response = client.response();
  EXPECT_EQ(response.header("X-Evil"), "");
  EXPECT_EQ(response.header("X-Good"), "yes");
  EXPECT_EQ(response.body, "ok");
}

}  // namespace
}  // namespace service
