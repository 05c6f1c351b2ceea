#pragma once
/// cpp-httplib without its sockets: the bytes of one request in, the bytes of its answer out.
///
/// This is the only place that touches that library's internals. It derives from `httplib::Server`
/// and calls the protected `process_request` with a `Stream` that lives in memory. What cpp-httplib
/// gets to parse is a head written anew from what the framing guard let through, without the query
/// and the header fields: it percent-decodes field values, compresses, answers Range and reads
/// bodies in ways that its known holes are made of. The fields reach the handler as they were sent.
/// Thread-safety: none; each event loop has its own engine.

#include <memory>
#include <optional>
#include <string>

#include "circuitbreaker/clock.h"

#include "service/connection/request_scanner.h"
#include "service/connection/settings.h"

namespace service {

/// What an engine is told about one run.
struct EngineRun {
  const ScannedRequest& request;
  const std::string& remote_address;
  /// Whether the connection stays open behind the answer; an answer that closes says so.
  bool keep_alive = true;
  /// The awaited response of a request that was parked; null on a request's first run.
  PendingResponse* awaited = nullptr;
  /// When the request's last byte had arrived.
  circuitbreaker::TimePoint started;
};

class HttpEngine {
 public:
  HttpEngine(const ConnectionHooks& hooks, const circuitbreaker::Clock& clock);
  ~HttpEngine();
  HttpEngine(const HttpEngine&) = delete;
  HttpEngine& operator=(const HttpEngine&) = delete;

  /// Answers a request: appends to `out` and returns null, or leaves `out` alone and returns what
  /// the request has to wait for; then it is run again with `awaited` set once that is ready. What
  /// the handler or the awaited response throws becomes a 500.
  std::unique_ptr<PendingResponse> run(const EngineRun& run, std::string& out);

  /// Appends the answer to a request that was refused before it could run. It closes.
  void refuse(const Refusal& refusal, const std::string& remote_address, std::string& out);

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace service
