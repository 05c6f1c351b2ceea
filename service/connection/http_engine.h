#pragma once
/// cpp-httplib without its sockets: takes a request as bytes and appends the answer as bytes.
///
/// This is the only place that touches the library's internals. The engine derives from
/// `httplib::Server` and calls its protected `process_request` with a `Stream` in memory. The
/// library parses the client's own head, as far as the framing guard forwards it, calls the handler
/// through its pre-routing hook, and writes the response. Handlers read the guard's view of the
/// request, because the library percent-decodes header values.
///
/// `process_request` is also the library's only way to write a response. A response that comes
/// without a request to parse (to a rejected request, or to one that was parked and has been parsed
/// before) is therefore written over the shortest request that the library accepts.

#include <memory>
#include <string>
#include <variant>

#include "circuitbreaker/clock.h"

#include "service/connection/connection_hooks.h"
#include "service/connection/request_scanner.h"
#include "service/http/client_identity.h"

namespace service {

/// A complete request and the context of its answer.
struct EngineRequest {
  /// The request as the framing guard read it.
  const ScannedRequest& scanned;
  /// The IP address at the other end of the connection.
  const std::string& remote_address;
  /// Whether the connection stays open after the answer; if not, the answer announces the close.
  bool keep_alive = true;
  /// When the request's last byte arrived.
  circuitbreaker::TimePoint arrived;
};

/// A request that waits for its response, with everything needed to format that response.
struct ParkedRequest {
  /// Never null.
  std::unique_ptr<PendingResponse> response;
  /// The request, for the observer.
  HttpRequest request;
  /// Whether the client speaks HTTP/1.0 and must therefore be told that its connection stays open.
  bool http_1_0 = false;
  /// Whether the client wants to keep the connection.
  bool keep_alive = true;
  /// When the request's last byte arrived.
  circuitbreaker::TimePoint arrived;
};

/// A body that is sent after its head, which has already been written.
struct OpenBody {
  /// Never null.
  std::shared_ptr<BodyStream> stream;
  /// Whether the body is chunked; otherwise closing the connection ends it.
  bool chunked = true;
};

/// The state of a request after the handler has run: answered (the empty alternative), parked, or
/// streaming.
using RunResult = std::variant<std::monostate, std::unique_ptr<ParkedRequest>, OpenBody>;

/// Thread-safety: none; each event loop has its own engine.
class HttpEngine {
 public:
  /// If a request comes from one of `trusted_proxies`, its `X-Forwarded-For` determines the client.
  /// `clock` measures how long answers take. Both must outlive the engine.
  HttpEngine(const ConnectionHooks& hooks, const NetworkList& trusted_proxies,
             const circuitbreaker::Clock& clock);
  ~HttpEngine();
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  /// Runs the handler. Appends the answer, or the head of a streamed one, to `out`; appends nothing
  /// if the request has to wait.
  [[nodiscard]] RunResult run(const EngineRequest& request, std::string& out);

  /// Appends the response that a parked request waited for, which must be ready.
  void answer(ParkedRequest& parked, bool keep_alive, std::string& out);

  /// Appends the answer to a request that was rejected before it could run. The answer announces
  /// that the connection closes.
  void reject(const RejectedRequest& rejected, const std::string& remote_address, std::string& out);

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace service
