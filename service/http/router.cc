#include "service/http/router.h"

#include <algorithm>
#include <array>
#include <optional>

#include "service/http/problem.h"
#include "service/http/request_target.h"

namespace service {
namespace {

constexpr std::size_t kMostSegments = 3;

/// The decoded segments of a path. `count` may exceed the number of segments that are kept.
struct Segments {
  std::array<std::string, kMostSegments> text;
  std::size_t count = 0;
};

/// Calls `visit(segment)` for each segment; `/` has none.
template <class Visit>
void each_segment(std::string_view path, Visit visit) {
  path.remove_prefix(std::min<std::size_t>(path.size(), 1));
  if (path.empty()) return;
  for (;;) {
    const std::size_t end = path.find('/');
    visit(path.substr(0, end));
    if (end == std::string_view::npos) return;
    path.remove_prefix(end + 1);
  }
}

/// Returns nothing if a segment is not properly encoded.
std::optional<Segments> decode_path(std::string_view path) {
  Segments segments;
  bool sound = true;
  each_segment(path, [&](std::string_view raw) {
    if (segments.count++ >= kMostSegments) return;
    std::optional<std::string> decoded = percent_decode(raw);
    sound = sound && decoded.has_value();
    if (decoded) segments.text[segments.count - 1] = std::move(*decoded);
  });
  if (!sound) return std::nullopt;
  return segments;
}

struct Match {
  bool matches = true;
  std::string argument;
};

Match match(std::string_view pattern, const Segments& segments) {
  Match result;
  std::size_t index = 0;
  each_segment(pattern, [&](std::string_view wanted) {
    if (!result.matches) return;
    if (index >= segments.count) {
      result.matches = false;
      return;
    }
    const std::string& segment = segments.text[index++];
    if (wanted.front() != '{') {
      result.matches = wanted == segment;
    } else if (segment.empty()) {
      result.matches = false;
    } else {
      result.argument = segment;
    }
  });
  result.matches = result.matches && index == segments.count;
  return result;
}

HttpResponse method_error(const std::string& method, const std::string& allowed) {
  HttpResponse response;
  if (method == "OPTIONS") {
    response.status = 204;
    response.headers.emplace_back("Cache-Control", "no-store");
  } else {
    response = problem_response({.code = ProblemCode::method_not_allowed,
                                 .detail = "This resource allows " + allowed + "."});
  }
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

Routed Router::dispatch(const HttpRequest& request) const {
  // `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7).
  if (request.method == "OPTIONS" && request.path == "*")
    return {kUnmatchedRoute, method_error(request.method, "GET, HEAD, POST, DELETE, OPTIONS")};
  const std::optional<Segments> segments = decode_path(request.path);
  if (!segments)
    return {kUnmatchedRoute,
            problem_response({.code = ProblemCode::bad_request,
                              .detail = "The path is not properly percent-encoded."})};
  std::string allowed;
  std::string_view pattern = kUnmatchedRoute;
  if (request.path.starts_with('/') && segments->count <= kMostSegments) {
    for (const Route& route : routes_) {
      Match found = match(route.pattern, *segments);
      if (!found.matches) continue;
      const bool head = request.method == "HEAD" && route.method == "GET";
      if (request.method == route.method || head)
        return {route.pattern, route.handler(request, found.argument)};
      pattern = route.pattern;
      allowed += std::string(route.method) + (route.method == "GET" ? ", HEAD, " : ", ");
    }
  }
  if (!allowed.empty()) return {pattern, method_error(request.method, allowed + "OPTIONS")};
  return {kUnmatchedRoute, problem_response({.code = ProblemCode::not_found,
                                             .detail = "There is nothing at this path."})};
}

}  // namespace service
