#include "service/connection/http_engine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include <httplib.h>

#include "service/connection/date_header.h"
#include "service/connection/http_grammar.h"
#include "stockclient/domain/ascii.h"

namespace service {
namespace {

constexpr RejectedRequest kInternal{500, "internal", "The request could not be answered."};
constexpr RejectedRequest kUnparsable{400, "bad_request", "The request is malformed."};

constexpr std::string_view kShortestGet = "GET / HTTP/1.1\r\n\r\n";
constexpr std::string_view kShortestHead = "HEAD / HTTP/1.1\r\n\r\n";

/// Reads from the pieces of a request and appends to a string.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::span<const std::string_view> pieces, std::string& out)
      : pieces_(pieces), out_(out) {}

  using httplib::Stream::write;
  [[nodiscard]] bool is_readable() const override { return !rest_.empty() || !pieces_.empty(); }
  [[nodiscard]] bool is_writable() const override { return true; }

  ssize_t read(char* target, std::size_t size) override {
    while (rest_.empty()) {
      if (pieces_.empty()) return 0;
      rest_ = pieces_.front();
      pieces_ = pieces_.subspan(1);
    }
    const auto count = std::min(size, rest_.size());
    std::memcpy(target, rest_.data(), count);
    rest_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* bytes, std::size_t size) override {
    out_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }

  // Handlers get the client's address from the connection instead.
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  // Not the real descriptor: cpp-httplib answers 500 to a descriptor above FD_SETSIZE.
  [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::span<const std::string_view> pieces_;
  std::string_view rest_;
  std::string& out_;
};

/// RFC 9110 section 8.6: no Content-Length in 1xx and 204; a 304 would have to repeat the length of
/// the 200.
bool has_content_length(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

class HttpEngine::Server : public httplib::Server {
 public:
  Server(const ConnectionHooks& hooks, const NetworkList& trusted_proxies,
         const circuitbreaker::Clock& clock)
      : hooks_(hooks), trusted_proxies_(trusted_proxies), clock_(clock) {
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      reached_ = true;
      if (needs_handler_) run_handler();
      if (!pending_) fill(response);
      return HandlerResponse::Handled;
    });
    // Runs after the library has added its own fields, some of which are wrong here: they say that
    // every connection closes, announce ranges that no route serves, and give a 304 a length.
    set_post_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      auto& headers = response.headers;
      const auto connection = headers.find("Connection");
      if (keep_alive_ && http_1_0_) {
        connection->second = "keep-alive";
      } else if (keep_alive_) {
        headers.erase(connection);
      }
      if (request_.method == "HEAD") headers.erase("Accept-Ranges");
      if (!has_content_length(response.status)) headers.erase("Content-Length");
    });
  }

  RunResult run(const EngineRequest& run, std::string& out) {
    set_request(run);
    const auto start = out.size();
    needs_handler_ = true;
    process(run.scanned.forwarded, out);
    if (!reached_) {
      // The framing guard accepted this request, but cpp-httplib rejected it with an answer that
      // has no body.
      out.resize(start);
      write_rejection(kUnparsable, out);
      return {};
    }
    if (pending_) {
      out.resize(start);
      return std::make_unique<ParkedRequest>(ParkedRequest{.response = std::move(pending_),
                                                           .request = std::move(request_),
                                                           .http_1_0 = run.scanned.http_1_0,
                                                           .keep_alive = run.scanned.keep_alive,
                                                           .arrived = run.arrived});
    }
    observe(clock_.now() - run.arrived);
    if (!stream_) return {};
    OpenBody body{.stream = std::move(stream_), .chunked = !run.scanned.http_1_0};
    if (run.scanned.method != "HEAD") return body;
    body.stream->close();
    return {};
  }

  void answer(ParkedRequest& parked, bool keep_alive, std::string& out) {
    request_ = std::move(parked.request);
    http_1_0_ = parked.http_1_0;
    keep_alive_ = keep_alive;
    try {
      response_ = parked.response->take();
    } catch (const std::exception&) {
      response_ = hooks_.format_rejection(kInternal);
    }
    write_response(out);
    observe(clock_.now() - parked.arrived);
  }

  void reject(const RejectedRequest& rejected, const std::string& remote_address,
              std::string& out) {
    request_.method.clear();
    request_.path.clear();
    request_.query.clear();
    request_.headers.clear();
    request_.client_address = remote_address;
    write_rejection(rejected, out);
  }

  /// Makes cpp-httplib fill its parser's tables, as it does during its first request, before there
  /// are threads. Otherwise one loop could fill them while another reads them. The library's own
  /// guard makes that safe, but ThreadSanitizer does not recognise the guard and reports a race.
  void warm_up() {
    std::string discarded;
    write_response(discarded);
  }

 private:
  void set_request(const EngineRequest& run) {
    // Strings are assigned rather than constructed, so that nothing is allocated here after a few
    // requests.
    const auto& scanned = run.scanned;
    request_.method = scanned.method;
    request_.path = scanned.path;
    request_.query = scanned.query;
    request_.headers.resize(scanned.headers.size());
    for (std::size_t i = 0; i < scanned.headers.size(); ++i) {
      request_.headers[i].first = scanned.headers[i].first;
      request_.headers[i].second = scanned.headers[i].second;
    }
    request_.client_address = run.remote_address;
    if (!trusted_proxies_.empty()) {
      request_.client_address = client_identity(
          run.remote_address, request_.header_list("X-Forwarded-For"), trusted_proxies_);
    }
    http_1_0_ = scanned.http_1_0;
    keep_alive_ = run.keep_alive;
  }

  void run_handler() {
    try {
      auto result = hooks_.handler(request_);
      if (auto* pending = std::get_if<std::unique_ptr<PendingResponse>>(&result)) {
        pending_ = std::move(*pending);
      } else if (auto* streamed = std::get_if<StreamedResponse>(&result)) {
        response_ = std::move(streamed->head);
        stream_ = std::move(streamed->body);
        // An HTTP/1.0 client learns where the body ends only when the connection closes.
        if (http_1_0_) keep_alive_ = false;
      } else {
        response_ = std::get<HttpResponse>(std::move(result));
      }
    } catch (const std::exception&) {
      response_ = hooks_.format_rejection(kInternal);
    }
  }

  /// Passes our response to the library, which adds the framing.
  void fill(httplib::Response& response) {
    response.status = response_.status;
    fields_.clear();
    fields_.emplace_back("Date", date_.value());
    response_.each_header([this](const std::string& name, const std::string& value) {
      if (http_grammar::is_token(name) && http_grammar::is_field_value(value)) {
        fields_.emplace_back(name, value);
      }
    });
    if (stream_) {
      // The library writes only the head, because a content provider would have to block for each
      // part. The library never calls this provider: a server that is not listening counts as
      // shutting down.
      const auto no_content = [](std::size_t, httplib::DataSink&) { return false; };
      if (http_1_0_) {
        response.set_content_provider(response_.content_type, no_content);
      } else {
        response.set_chunked_content_provider(response_.content_type, no_content);
      }
    } else if (response_.body && has_content_length(response_.status)) {
      if (!response_.content_type.empty()) {
        fields_.emplace_back("Content-Type", response_.content_type);
      }
      response.body = *response_.body;
    }
    insert_fields(response.headers);
  }

  /// The library keeps header fields in a tree ordered by name, and compares names slowly.
  /// Inserting the fields in order needs only one comparison for each, which saves about 0.4 us of
  /// the 12 us that an answer takes.
  void insert_fields(httplib::Headers& headers) {
    std::stable_sort(fields_.begin(), fields_.end(), [](const auto& a, const auto& b) {
      return stockclient::less_ignoring_case(a.first, b.first);
    });
    for (const auto& [name, value] : fields_) headers.emplace_hint(headers.end(), name, value);
  }

  void write_rejection(const RejectedRequest& rejected, std::string& out) {
    http_1_0_ = false;
    keep_alive_ = false;
    response_ = hooks_.format_rejection(rejected);
    write_response(out);
    observe(std::chrono::nanoseconds(0));
  }

  /// Writes `response_` when there is no request to parse.
  void write_response(std::string& out) {
    needs_handler_ = false;
    const std::array pieces{request_.method == "HEAD" ? kShortestHead : kShortestGet};
    process(pieces, out);
  }

  void process(std::span<const std::string_view> pieces, std::string& out) {
    reached_ = false;
    MemoryStream stream(pieces, out);
    call_process_request(*this, stream);
  }

  /// The argument list of `process_request` differs between versions (4 arguments until 0.14, 8 in
  /// 0.18). The library is told that the connection closes, because it would otherwise announce the
  /// limits of its own keep-alive loop; the post-routing hook corrects `Connection`.
  template <typename Self>
  static void call_process_request(Self& self, MemoryStream& stream) {
    bool closed = false;
    const std::function<void(httplib::Request&)> no_setup;
    if constexpr (requires { self.process_request(stream, true, closed, no_setup); }) {
      self.process_request(stream, true, closed, no_setup);
    } else {
      self.process_request(stream, "", 0, "", 0, true, closed, no_setup);
    }
  }

  void observe(std::chrono::nanoseconds elapsed) {
    if (hooks_.observe) hooks_.observe({request_, response_, elapsed});
    response_.body.reset();
  }

  ConnectionHooks hooks_;
  const NetworkList& trusted_proxies_;
  const circuitbreaker::Clock& clock_;
  DateHeader date_;
  /// Header fields of the response that is being written.
  std::vector<std::pair<std::string_view, std::string_view>> fields_;

  // The request that is being processed, and its response.
  HttpRequest request_;
  HttpResponse response_;
  std::unique_ptr<PendingResponse> pending_;
  std::shared_ptr<BodyStream> stream_;
  bool http_1_0_ = false;
  bool keep_alive_ = true;
  /// Whether `response_` has yet to be created.
  bool needs_handler_ = false;
  /// Whether the library has accepted the request.
  bool reached_ = false;
};

HttpEngine::HttpEngine(const ConnectionHooks& hooks, const NetworkList& trusted_proxies,
                       const circuitbreaker::Clock& clock)
    : server_(std::make_unique<Server>(hooks, trusted_proxies, clock)) {
  server_->warm_up();
}
HttpEngine::~HttpEngine() = default;

RunResult HttpEngine::run(const EngineRequest& request, std::string& out) {
  return server_->run(request, out);
}

void HttpEngine::answer(ParkedRequest& parked, bool keep_alive, std::string& out) {
  server_->answer(parked, keep_alive, out);
}

void HttpEngine::reject(const RejectedRequest& rejected, const std::string& remote_address,
                        std::string& out) {
  server_->reject(rejected, remote_address, out);
}

}  // namespace service
