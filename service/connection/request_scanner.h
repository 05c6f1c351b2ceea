#pragma once
/// The framing guard: decides where a request ends, and rejects bytes that two parsers could
/// interpret differently. It runs before cpp-httplib sees any byte, because version 0.11 of that
/// library mishandles unbounded and negative chunk sizes, floods of headers, bodies of GET
/// requests, which it leaves in the buffer, and bare line feeds.
///
///     RequestScanner scanner(settings);
///     Scan scan = scanner.scan(buffer);
///     if (scan.state == Scan::State::complete) run(scanner.request());
///
/// The result depends on the bytes alone, never on how they were split into reads: a rejected
/// prefix stays rejected, whatever follows. Sources: RFC 9112, RFC 9110 section 5.5. Thread-safety:
/// none; each event loop has its own.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/connection/connection_hooks.h"
#include "service/connection/connection_settings.h"

namespace service {

/// A request whose framing is sound. The views are valid until the next scan, and only as long as
/// the scanned bytes exist.
struct ScannedRequest {
  /// One of the methods that the service knows.
  std::string_view method;
  /// Starts with `/` (or is `*` for OPTIONS); still percent-encoded.
  std::string_view path;
  /// The part of the target after the first `?`, still percent-encoded.
  std::string_view query;
  /// The fields as they were sent, except that names with an underscore are left out.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  /// Whether the client speaks HTTP/1.0.
  bool http_1_0 = false;
  /// Whether the client wants to keep the connection open.
  bool keep_alive = true;
  /// The pieces of the request that cpp-httplib parses, in order: the client's own bytes, head and
  /// body, without the fields that the library mishandles (`withheld_fields.h`). The request line
  /// is rewritten if the library would reject it: absolute form, HTTP/1.2 and later, a query that
  /// contains a `?`.
  std::vector<std::string_view> forwarded;
};

/// The result of a scan.
struct Scan {
  /// Whether the bytes contain a complete request.
  enum class State {
    /// More bytes are needed.
    incomplete,
    /// `RequestScanner::request()` returns the request.
    complete,
    /// The request is invalid for the reason in `rejected`; further bytes do not change that.
    rejected,
  };
  /// Whether the bytes contain a complete request.
  State state = State::incomplete;
  /// complete: the number of bytes that the request occupies, including its body.
  std::size_t size = 0;
  /// incomplete: scanning fewer bytes than this would give the same result, unless `at_line_end` is
  /// set and a line ends among the new bytes. Without this, every byte from a slow sender would
  /// cost a complete scan.
  std::size_t wanted = 0;
  /// incomplete: see `wanted`.
  bool at_line_end = true;
  /// incomplete: the head is complete and its sender waits for `100 Continue`.
  bool expects_continue = false;
  /// rejected: the answer to send.
  RejectedRequest rejected = {};

  /// The result of scanning a request that is invalid.
  [[nodiscard]] static Scan reject(const RejectedRequest& rejection) {
    return {.state = State::rejected, .rejected = rejection};
  }
};

/// The framing guard; see the top of this file.
class RequestScanner {
 public:
  /// Uses only the limits of `settings`.
  explicit RequestScanner(const ConnectionSettings& settings) : settings_(settings) {}

  /// Scans from the first byte of a request. Cost: one pass over the head, about 2 ns per byte.
  [[nodiscard]] Scan scan(std::string_view bytes);

  /// The request found by the last scan that was complete.
  [[nodiscard]] const ScannedRequest& request() const noexcept { return request_; }

  /// An upper bound of a request's size on the wire: a buffer of this size always yields a result.
  [[nodiscard]] std::size_t max_request_bytes() const noexcept;

 private:
  struct Framing;

  Scan scan_head(std::string_view bytes, std::size_t start);
  std::optional<RejectedRequest> read_request_line(std::string_view line, Framing& framing);
  std::optional<RejectedRequest> read_target(std::string_view target, Framing& framing);
  std::optional<RejectedRequest> read_field(std::string_view line, Framing& framing);
  std::optional<RejectedRequest> read_known_field(std::string_view name, std::string_view value,
                                                  Framing& framing);
  std::optional<RejectedRequest> check_head(const Framing& framing);
  Scan scan_body(std::string_view bytes, std::size_t head_size, const Framing& framing);
  void forward_request_line(std::string_view line, const Framing& framing);
  void forward(std::string_view bytes);

  ConnectionSettings settings_;
  ScannedRequest request_;
  /// The request line, if it had to be rewritten.
  std::string request_line_;
};

}  // namespace service
