#include "stockclient/wire/curl_transport.h"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "stockclient/wire/curl_handle.h"

namespace stockclient {
namespace {

using circuitbreaker::unexpected;

void initialise_curl() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

struct UrlDeleter {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

/// One part of a URL; empty if the URL does not have it.
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

/// The messages do not quote the URL, because it may contain a password by mistake.
void check_base_url(const std::string& base_url) {
  const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  if (!url) throw std::runtime_error("libcurl cannot allocate a URL");
  if (!(base_url.starts_with("https://") || base_url.starts_with("http://"))) {
    throw std::invalid_argument("the upstream URL must start with https:// or http://");
  }
  if (curl_url_set(url.get(), CURLUPART_URL, base_url.c_str(), 0) != CURLUE_OK ||
      part_of(url.get(), CURLUPART_HOST).empty()) {
    throw std::invalid_argument("the upstream URL cannot be parsed");
  }
  if (!part_of(url.get(), CURLUPART_USER).empty() ||
      !part_of(url.get(), CURLUPART_PASSWORD).empty()) {
    throw std::invalid_argument("the upstream URL must not contain a user name or password");
  }
  if (base_url.find_first_of("?#") != std::string::npos) {
    throw std::invalid_argument("the upstream URL must have neither a query nor a fragment");
  }
}

void check(const CurlTransportSettings& settings) {
  check_base_url(settings.base_url);
  if (settings.connect_timeout <= std::chrono::milliseconds::zero()) {
    throw std::invalid_argument("the connect timeout must be above zero");
  }
  if (settings.max_body_bytes == 0) {
    throw std::invalid_argument("the largest body must be above zero");
  }
  if (settings.ca_file && !std::ifstream(*settings.ca_file)) {
    throw std::invalid_argument("the file of certificate authorities cannot be read");
  }
}

/// Whether `target` can be sent in a request line unchanged.
bool is_target(const std::string& target) noexcept {
  return target.starts_with('/') &&
         std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c <= '~'; });
}

TransportResult fail(TransportFault fault, const char* detail) {
  return unexpected<TransportError>(TransportError{fault, detail});
}

}  // namespace

/// The idle handles, as a stack: the last one returned has the most recently used connection.
class CurlTransport::Pool {
 public:
  Pool(CurlTransportSettings settings, const WallClock& wall)
      : settings_(std::move(settings)), wall_(wall) {
    idle_.reserve(settings_.handles_kept);
  }

  [[nodiscard]] const CurlTransportSettings& settings() const noexcept { return settings_; }

  [[nodiscard]] std::unique_ptr<CurlHandle> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return std::make_unique<CurlHandle>(settings_, wall_);
  }

  void give_back(std::unique_ptr<CurlHandle> handle) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < settings_.handles_kept) idle_.push_back(std::move(handle));
  }

 private:
  const CurlTransportSettings settings_;
  const WallClock& wall_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CurlHandle>> idle_;
};

CurlTransport::CurlTransport(CurlTransportSettings settings, const WallClock& wall) {
  initialise_curl();
  check(settings);
  while (settings.base_url.ends_with('/')) settings.base_url.pop_back();
  pool_ = std::make_unique<Pool>(std::move(settings), wall);
}

CurlTransport::~CurlTransport() = default;

TransportResult CurlTransport::get(const std::string& target, circuitbreaker::Duration timeout,
                                   std::stop_token stop) {
  if (!is_target(target)) return fail(TransportFault::other, "the call has a malformed target");
  if (stop.stop_requested()) return fail(TransportFault::cancelled, "the call was cancelled");
  if (timeout <= circuitbreaker::Duration::zero()) {
    return fail(TransportFault::timeout, "no time was left for the call");
  }
  auto handle = pool_->take();
  TransportResult result = handle->get(pool_->settings().base_url + target, timeout, stop);
  pool_->give_back(std::move(handle));
  return result;
}

}  // namespace stockclient
