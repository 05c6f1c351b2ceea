/// The framing guard's result depends on the bytes alone, not on how they arrive.

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "service/connection/request_scanner.h"

namespace service {
namespace {

/// The result of a scan in a comparable form.
struct Verdict {
  Scan::State state = Scan::State::incomplete;
  std::size_t size = 0;
  int status = 0;
  std::string target{};
  bool operator==(const Verdict&) const = default;
};

void showValue(const Verdict& verdict, std::ostream& out) {
  out << static_cast<int>(verdict.state) << " size " << verdict.size << " status " << verdict.status
      << " target " << verdict.target;
}

Verdict verdict_of(RequestScanner& scanner, std::string_view bytes) {
  const auto scan = scanner.scan(bytes);
  Verdict verdict{.state = scan.state};
  if (scan.state == Scan::State::rejected) verdict.status = scan.rejected.status;
  if (scan.state == Scan::State::complete) {
    const auto& request = scanner.request();
    verdict.size = scan.size;
    verdict.target = std::string(request.path) + "?" + std::string(request.query);
  }
  return verdict;
}

/// Scans as a connection does: collects bytes, and scans again if the previous scan says that the
/// result may differ.
Verdict verdict_in_pieces(RequestScanner& scanner, std::string_view bytes,
                          const std::vector<std::size_t>& pieces) {
  std::string gathered;
  std::size_t wanted = 0;
  bool at_line_end = true;
  Verdict verdict;
  for (std::size_t i = 0; gathered.size() < bytes.size(); ++i) {
    const auto piece =
        bytes.substr(gathered.size(), pieces.empty() ? 1 : 1 + pieces[i % pieces.size()] % 40);
    gathered += piece;
    const bool line_end = at_line_end && piece.find('\n') != std::string_view::npos;
    if (!line_end && gathered.size() < wanted) continue;
    verdict = verdict_of(scanner, gathered);
    if (verdict.state != Scan::State::incomplete) return verdict;
    const auto scan = scanner.scan(gathered);
    wanted = scan.wanted;
    at_line_end = scan.at_line_end;
  }
  return verdict;
}

using Strings = std::vector<std::string>;

/// A random sequence of these parts.
std::string some_of(const Strings& parts) {
  std::string bytes;
  for (auto count = *rc::gen::inRange(0, 4); count > 0; --count)
    bytes += *rc::gen::elementOf(parts);
  return bytes;
}

/// Mostly valid requests, some with an insertion at a random position.
rc::Gen<std::string> request_like() {
  static const Strings lines{"GET / HTTP/1.1\r\n", "POST /a?b=c HTTP/1.1\r\n",
                             "\r\nHEAD http://h/x HTTP/1.1\r\n", "PUT /a HTTP/1.0\r\n"};
  static const Strings framings{"", "Content-Length: 3\r\n", "Content-Length: 9\r\n",
                                "Transfer-Encoding: chunked\r\n"};
  static const Strings fields{"X: y\r\n", "X_Y: z\r\n", "Connection: close\r\n",
                              "Expect: 100-continue\r\n"};
  static const Strings bodies{"3\r\nabc\r\n", "5;x=y\r\n12345\r\n", "X: y\r\n", "abc"};
  static const Strings insertions{"\n",
                                  "\r",
                                  "\x01",
                                  "GET ",
                                  "-1\r\n",
                                  "Host: b\r\n",
                                  "Content-Length: 99\r\n",
                                  "ffffffff\r\n",
                                  std::string(70, 'a')};
  return rc::gen::exec([] {
    std::string bytes = *rc::gen::elementOf(lines) + "Host: a\r\n";
    bytes += *rc::gen::elementOf(framings) + some_of(fields) + "\r\n" + some_of(bodies);
    if (*rc::gen::inRange(0, 4) != 0) bytes += "0\r\n\r\n";
    if (*rc::gen::inRange(0, 3) != 0) return bytes;
    const auto where = *rc::gen::inRange<std::size_t>(0, bytes.size());
    return bytes.insert(where, *rc::gen::elementOf(insertions));
  });
}

/// Limits that are low enough to be reached.
ConnectionSettings tight() {
  ConnectionSettings settings;
  settings.max_head_bytes = 300;
  settings.max_target_bytes = 64;
  settings.max_headers = 5;
  settings.max_body_bytes = 24;
  return settings;
}

RC_GTEST_PROP(RequestScannerProperty, AnySplitGivesTheSameResult, ()) {
  RequestScanner scanner(tight());
  const auto bytes = *request_like();
  const auto pieces = *rc::gen::arbitrary<std::vector<std::size_t>>();
  const auto whole = verdict_of(scanner, bytes);
  RC_CLASSIFY(whole.state == Scan::State::complete, "complete");
  RC_CLASSIFY(whole.state == Scan::State::rejected, "rejected");
  const auto split = verdict_in_pieces(scanner, bytes, pieces);
  RC_ASSERT(split == whole);
}

RC_GTEST_PROP(RequestScannerProperty, LaterBytesDoNotChangeTheResult, ()) {
  RequestScanner scanner(tight());
  const auto bytes = *request_like();
  const auto more = *request_like();
  const auto verdict = verdict_of(scanner, bytes);
  if (verdict.state == Scan::State::incomplete) return;
  RC_ASSERT(verdict_of(scanner, bytes + more) == verdict);
}

RC_GTEST_PROP(RequestScannerProperty, NoRequestExceedsTheStatedMaximum, ()) {
  RequestScanner scanner(tight());
  auto bytes = *request_like();
  while (verdict_of(scanner, bytes).state == Scan::State::incomplete) {
    RC_ASSERT(bytes.size() < scanner.max_request_bytes());
    bytes +=
        *rc::gen::elementOf(std::vector<std::string>{"1\r\na\r\n", "a: b\r\n", "aaaa", "\r\n"});
  }
}

RC_GTEST_PROP(RequestScannerProperty, ArbitraryBytesAreHandled, (const std::string& bytes)) {
  RequestScanner scanner(tight());
  const auto scan = scanner.scan(bytes);
  if (scan.state == Scan::State::complete) RC_ASSERT(scan.size <= bytes.size());
}

RC_GTEST_PROP(RequestScannerProperty, AValidRequestIsReadAsItWasWritten, ()) {
  RequestScanner scanner(ConnectionSettings{});
  const auto visible = rc::gen::elementOf(std::string("abzAZ09-._~!$&'()*+,;=:@%/?"));
  const auto path = "/" + *rc::gen::suchThat(rc::gen::container<std::string>(visible),
                                             [](const std::string& text) {
                                               return text.find('?') == std::string::npos;
                                             });
  const auto query = *rc::gen::container<std::string>(visible);
  const auto value = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("aZ0%\"=;,")));
  const auto body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto bytes = "POST " + path + "?" + query + " HTTP/1.1\r\nHost: a\r\nX-Y: " + value +
                     "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  const auto followed = bytes + "GET";
  const auto scan = scanner.scan(followed);
  RC_ASSERT(scan.state == Scan::State::complete);
  RC_ASSERT(scan.size == bytes.size());
  const auto& request = scanner.request();
  RC_ASSERT(request.path == path);
  RC_ASSERT(request.query == query);
  RC_ASSERT(request.headers[1].second == value);
  std::string forwarded;
  for (const auto piece : request.forwarded) forwarded += piece;
  const bool rewritten = query.find('?') != std::string::npos;
  if (!rewritten) RC_ASSERT(forwarded == bytes);
  RC_ASSERT(forwarded.ends_with("\r\n\r\n" + body));
}

}  // namespace
}  // namespace service
