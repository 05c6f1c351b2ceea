#pragma once
/// The framing guard: decides where a request ends, and refuses what two parsers might read in two
/// ways. It runs before cpp-httplib sees a byte and closes the holes of that library's 0.11:
/// unbounded or negative chunks, header floods, bodies of GET left in the buffer, bare line feeds.
///
///     RequestScanner scanner(settings);
///     Scan scan = scanner.scan(buffer);
///     if (scan.state == Scan::State::complete) run(scanner.request());
///
/// The verdict depends on the bytes alone, never on how they were split into reads: a prefix that
/// is refused stays refused, whatever follows. Sources: RFC 9112, RFC 9110 section 5.5.
/// Thread-safety: none; each event loop has its own.

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "service/connection/settings.h"

namespace service {

/// A request whose framing is sound. Views into the scanned bytes.
struct ScannedRequest {
  std::string_view method;
  /// Starts with `/` (or is `*` for OPTIONS); still percent-encoded.
  std::string_view path;
  /// Behind the `?`, still percent-encoded.
  std::string_view query;
  /// As sent, except that names with an underscore are missing: `REMOTE_ADDR` is ours to say.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  bool http_1_0 = false;
  /// What the client wants of the connection afterwards.
  bool keep_alive = true;
};

struct Scan {
  enum class State { incomplete, complete, refused };
  State state = State::incomplete;
  /// complete: bytes that the request takes, its body included.
  std::size_t size = 0;
  /// incomplete: scanning fewer bytes than this would say the same, unless a line ends among the
  /// new ones and `at_line_end` is set. Saves a slow sender's every byte from costing a whole scan.
  std::size_t wanted = 0;
  bool at_line_end = true;
  /// incomplete: the head is whole and its sender waits for `100 Continue`.
  bool expects_continue = false;
  Refusal refusal = {};
};

class RequestScanner {
 public:
  explicit RequestScanner(const ConnectionSettings& settings) : settings_(settings) {}

  /// Scans from the first byte of a request. Cost: one pass over the head, about 2 ns a byte.
  [[nodiscard]] Scan scan(std::string_view bytes);

  /// The request of the last scan that was complete; valid as long as the bytes scanned.
  [[nodiscard]] const ScannedRequest& request() const noexcept { return request_; }

  /// No request is longer on the wire: a buffer of this size always comes to a verdict.
  [[nodiscard]] std::size_t max_request_bytes() const noexcept;

 private:
  struct Framing;

  Scan scan_head(std::string_view bytes, std::size_t start);
  std::optional<Refusal> read_request_line(std::string_view line, Framing& framing);
  std::optional<Refusal> read_target(std::string_view target, Framing& framing);
  std::optional<Refusal> read_field(std::string_view line, Framing& framing);
  std::optional<Refusal> read_known_field(std::string_view name, std::string_view value,
                                          Framing& framing);
  std::optional<Refusal> check_head(const Framing& framing);
  Scan scan_body(std::string_view bytes, std::size_t head_size, const Framing& framing) const;

  ConnectionSettings settings_;
  ScannedRequest request_;
};

}  // namespace service
