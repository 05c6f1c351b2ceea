#include "stockclient/wire/curl_handle.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "stockclient/wire/retry_after.h"

namespace stockclient {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxHeaderBytes = 64u << 10;

// Ends a call that makes no progress, even if its own timeout is longer.
constexpr long kLowSpeedBytesPerSecond = 1;
constexpr long kLowSpeedSeconds = 30;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK) {
    throw std::runtime_error("libcurl lacks an option that is essential for safety");
  }
}

long to_milliseconds(circuitbreaker::Duration duration) noexcept {
  constexpr auto kLongest = milliseconds(std::numeric_limits<int>::max());
  // Rounded up, because zero means "no limit" to libcurl.
  const auto rounded = std::chrono::ceil<milliseconds>(duration);
  return static_cast<long>(std::clamp(rounded, milliseconds(1), kLongest).count());
}

/// Whether the URL names this machine; such calls must not go through a proxy from the environment.
bool is_loopback(const std::string& base_url) {
  const std::string_view url = base_url;
  const std::string_view host = url.substr(std::min(url.find("://") + 3, url.size()));
  return host.starts_with("127.") || host.starts_with("[::1]") || host.starts_with("localhost");
}

TransportFault fault_of(CURLcode code) noexcept {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return TransportFault::timeout;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransportFault::dns;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return TransportFault::connect;
    // Covers every failed handshake, because libcurl reports nothing more specific about a
    // certificate with a wrong signature.
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return TransportFault::tls;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return TransportFault::reset;
    default:
      return TransportFault::other;
  }
}

/// Why a certificate was rejected, according to OpenSSL's verification result (x509_vfy.h), which
/// libcurl passes on. The result is zero or one if OpenSSL did not get as far as verifying.
const char* refusal_of(CURLcode code, long verify_result) noexcept {
  switch (verify_result) {
    case 0:
    case 1:
      break;
    case 9:
      return "its certificate is not valid yet";
    case 10:
      return "its certificate has expired";
    case 18:
    case 19:
      return "its certificate is self-signed";
    case 2:
    case 20:
    case 21:
      return "its certificate is from an authority that is not trusted";
    default:
      return "its certificate cannot be verified";
  }
  return code == CURLE_PEER_FAILED_VERIFICATION ? "its certificate is for another host"
                                                : "the TLS handshake failed";
}

}  // namespace

CurlHandle::CurlHandle(const CurlTransportSettings& settings, const WallClock& wall)
    : settings_(settings), wall_(wall), multi_(curl_multi_init()), easy_(curl_easy_init()) {
  if (!multi_ || !easy_) throw std::runtime_error("libcurl cannot allocate a handle");
  configure();
}

CurlHandle::~CurlHandle() = default;

void CurlHandle::configure() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, to_milliseconds(settings_.connect_timeout));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytesPerSecond);
  set(easy, CURLOPT_LOW_SPEED_TIME, kLowSpeedSeconds);
  // Without this, a timed-out or cancelled call waits for the resolver's thread (curl issue 2975).
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROTOCOLS_STR, settings_.base_url.starts_with("https:") ? "https" : "http");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(easy, CURLOPT_USERAGENT, settings_.user_agent.c_str());
  if (is_loopback(settings_.base_url)) set(easy, CURLOPT_PROXY, "");

  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (settings_.ca_file) {
    set(easy, CURLOPT_CAINFO, settings_.ca_file->c_str());
    set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }

  set(easy, CURLOPT_WRITEFUNCTION, &CurlHandle::on_body);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy, CURLOPT_HEADERFUNCTION, &CurlHandle::on_header);
  set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy, CURLOPT_PREREQFUNCTION, &CurlHandle::on_request);
  set(easy, CURLOPT_PREREQDATA, static_cast<void*>(this));
}

TransportResult CurlHandle::get(const std::string& url, circuitbreaker::Duration timeout,
                                const std::stop_token& stop) {
  body_.clear();
  header_bytes_ = 0;
  too_large_ = false;
  request_sent_ = false;
  set(easy_.get(), CURLOPT_URL, url.c_str());
  set(easy_.get(), CURLOPT_TIMEOUT_MS, to_milliseconds(timeout));

  const CURLcode code = perform(stop);
  if (code == CURLE_OK) return take_response();
  if (stop.stop_requested()) {
    return circuitbreaker::unexpected<TransportError>(
        TransportError{TransportFault::cancelled, "the call was cancelled"});
  }
  // If a proxy refuses the tunnel, libcurl reports only an error, but the proxy's status tells an
  // operator how to fix it.
  if (const int refusal = proxy_refusal(); refusal == kProxyAuthenticationRequired) {
    return TransportResponse{refusal, {}, std::nullopt};
  }
  TransportError error = error_of(code);
  // A connect timeout and a total timeout have the same code.
  error.connected = request_sent_;
  return circuitbreaker::unexpected<TransportError>(std::move(error));
}

int CurlHandle::proxy_refusal() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= 300 ? static_cast<int>(status) : 0;
}

CURLcode CurlHandle::perform(const std::stop_token& stop) {
  // The poll ends early on socket activity, one of libcurl's own timers, or the wake-up.
  constexpr int kForever = std::numeric_limits<int>::max();
  CURLM* multi = multi_.get();
  if (curl_multi_add_handle(multi, easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  {
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    int running = 1;
    while (!stop.stop_requested()) {
      if (curl_multi_perform(multi, &running) != CURLM_OK) break;
      if (running == 0) {
        int queued = 0;
        const CURLMsg* message = curl_multi_info_read(multi, &queued);
        if (message != nullptr) code = message->data.result;
        break;
      }
      if (curl_multi_poll(multi, nullptr, 0, kForever, nullptr) != CURLM_OK) break;
    }
  }
  // Also closes the connection of an unfinished call.
  curl_multi_remove_handle(multi, easy_.get());
  return code;
}

TransportResponse CurlHandle::take_response() {
  TransportResponse response;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_header* header = nullptr;
  if (curl_easy_header(easy_.get(), "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
    response.retry_after =
        parse_retry_after(header->value, std::chrono::floor<std::chrono::seconds>(wall_.now()));
  }
  response.body = std::move(body_);
  return response;
}

TransportError CurlHandle::error_of(CURLcode code) const {
  if (too_large_) return {TransportFault::too_large, "the upstream's answer is too large"};
  if (code == CURLE_ABORTED_BY_CALLBACK && request_sent_) {
    return {TransportFault::reset, "the upstream closed the connection without an answer"};
  }
  if (const int refusal = proxy_refusal(); refusal != 0) {
    return {TransportFault::connect,
            "the proxy refuses the connection with status " + std::to_string(refusal)};
  }
  const TransportFault fault = fault_of(code);
  if (fault == TransportFault::tls) {
    long verify_result = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verify_result);
    return {fault, std::string("the upstream is refused: ") + refusal_of(code, verify_result)};
  }
  // CURLOPT_ERRORBUFFER is not used, because its text may quote the URL.
  return {fault, std::string("no answer from the upstream: ") + curl_easy_strerror(code)};
}

std::size_t CurlHandle::on_body(const char* bytes, std::size_t size, std::size_t count,
                                void* self) {
  auto& handle = *static_cast<CurlHandle*>(self);
  const std::size_t length = size * count;
  // These bytes are already decompressed, so a decompression bomb is stopped, too.
  if (length > handle.settings_.max_body_bytes - handle.body_.size()) {
    handle.too_large_ = true;
    return 0;
  }
  try {
    handle.body_.append(bytes, length);
  } catch (...) {  // An exception must not unwind through libcurl's C code.
    handle.too_large_ = true;
    return 0;
  }
  return length;
}

std::size_t CurlHandle::on_header(const char* /*bytes*/, std::size_t size, std::size_t count,
                                  void* self) {
  auto& handle = *static_cast<CurlHandle*>(self);
  const std::size_t length = size * count;
  handle.header_bytes_ += length;
  if (handle.header_bytes_ <= kMaxHeaderBytes) return length;
  handle.too_large_ = true;
  return 0;
}

int CurlHandle::on_request(void* self, char* /*remote*/, char* /*local*/, int /*remote_port*/,
                           int /*local_port*/) {
  auto& handle = *static_cast<CurlHandle*>(self);
  return std::exchange(handle.request_sent_, true) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

}  // namespace stockclient
