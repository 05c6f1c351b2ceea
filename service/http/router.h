#pragma once
/// Finds the handler for a request by the segments of its path. It uses no regular expressions, so
/// the cost is proportional to the length of the path.

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/http_message.h"

namespace service {

/// Answers the requests of one route. `argument` is the decoded segment that matched the pattern's
/// `{...}`; empty when the pattern has none.
using RouteHandler = std::function<HandlerResult(const HttpRequest&, const std::string& argument)>;

/// One path pattern and method, and the handler for it.
struct Route {
  /// `GET` or `POST`. A GET route also answers HEAD, and every route answers OPTIONS.
  std::string_view method;
  /// For example `/stocks/{symbol}/history`: at most one segment in braces, which matches any
  /// non-empty segment. Use a literal, because it must outlive the router.
  std::string_view pattern;
  /// Every status that the route may answer with, in ascending order. The metrics export a counter
  /// for each of them from the start, and /openapi.json documents exactly these.
  std::vector<int> statuses;
  /// Called from any thread.
  RouteHandler handler;
};

/// The result of a dispatched request.
struct Routed {
  /// The route's pattern, for metrics; `kUnmatchedRoute` when no route matched the path.
  std::string_view pattern;
  /// The handler's result, or the router's own answer.
  HandlerResult result;
};

/// The routes of the service.
///
///     router.add({.method = "GET", .pattern = "/stocks/{symbol}", .statuses = {200, 404},
///                 .handler = quote});
///
/// Thread-safety: `dispatch` may be called from any thread after the last `add`.
class Router {
 public:
  /// Adds a route. If several match, the one added first wins.
  void add(Route route) { routes_.push_back(std::move(route)); }
  /// All routes, in the order in which they were added.
  [[nodiscard]] std::span<const Route> routes() const noexcept { return routes_; }

  /// Calls the handler of the matching route. Answers the remaining requests itself: 404, 405 (with
  /// Allow), OPTIONS, and paths that are not properly encoded.
  [[nodiscard]] Routed dispatch(const HttpRequest& request) const;

 private:
  std::vector<Route> routes_;
};

/// The pattern that represents every path without a route.
inline constexpr std::string_view kUnmatchedRoute = "unmatched";

}  // namespace service
