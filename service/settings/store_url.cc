#include "service/settings/store_url.h"

#include <algorithm>
#include <vector>

#include "service/settings/settings.h"

namespace service {
namespace {

/// A range of characters in a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Finds the passwords in a URL: `//user:PASSWORD@` (RFC 3986, section 3.2.1) and libpq's
/// parameters `password` and `sslpassword` (section 3.4).
std::vector<Span> passwords(std::string_view url) {
  std::vector<Span> found;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return found;
  const std::size_t begin = scheme + 3;
  const std::size_t query = std::min(url.find('?', begin), url.size());
  const std::size_t path = std::min(url.find('/', begin), query);
  const std::size_t at = url.substr(0, path).rfind('@');
  const std::size_t colon = url.find(':', begin);
  if (at != std::string_view::npos && at >= begin && colon < at) found.push_back({colon + 1, at});
  for (std::size_t start = query + 1; start < url.size();) {
    const std::size_t end = std::min(url.find('&', start), url.size());
    const std::size_t equals = url.substr(0, end).find('=', start);
    if (equals != std::string_view::npos && url.substr(start, equals - start).ends_with("password"))
      found.push_back({equals + 1, end});
    start = end + 1;
  }
  return found;
}

}  // namespace

circuitbreaker::expected<void, std::string> check_store_url(std::string_view text) {
  if (text == kNoStore || text == kSqliteStore) return {};
  for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
    if (!text.starts_with(scheme) || text.size() == scheme.size()) continue;
    if (text.find_first_of(" \t\r\n") == std::string_view::npos) return {};
  }
  return circuitbreaker::unexpected<std::string>(
      "is not a store; allowed is sqlite:, postgresql://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE or "
      "none");
}

bool contains_password(std::string_view url) {
  const std::vector<Span> found = passwords(url);
  return std::any_of(found.begin(), found.end(),
                     [](const Span& range) { return range.end > range.begin; });
}

std::string without_password(std::string_view url) {
  std::string text;
  std::size_t copied = 0;
  for (const Span& range : passwords(url)) {
    text.append(url.substr(copied, range.begin - copied)).append("***");
    copied = range.end;
  }
  return text.append(url.substr(copied));
}

}  // namespace service
