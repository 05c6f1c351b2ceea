#pragma once
/// Finds the handler of a request by its path's segments. No regular expressions: a path costs no
/// more than its length, whatever is in it.

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/http_message.h"

namespace service {

/// `argument` is what stood for the pattern's `{...}`, decoded; empty when the pattern has none.
using RouteHandler = std::function<HandlerResult(const HttpRequest&, const std::string& argument)>;

struct Route {
  /// `GET` or `POST`; a GET route answers HEAD as well, and every route OPTIONS.
  std::string_view method;
  /// `/stocks/{symbol}/history`: at most one segment in braces, matching any non-empty segment.
  /// Must outlive the router: a literal.
  std::string_view pattern;
  /// What it may answer, in ascending order: the metrics show these from the start, and
  /// /openapi.json documents exactly these.
  std::vector<int> statuses;
  RouteHandler handler;
};

/// A result and the pattern it belongs to, for metrics.
struct Routed {
  std::string_view pattern;
  HandlerResult result;
};

/// Thread-safety: `dispatch` may be called from any thread once every route was added.
class Router {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  [[nodiscard]] std::span<const Route> routes() const noexcept { return routes_; }

  /// 404, 405 with Allow, OPTIONS and a path that is not properly encoded are answered here.
  [[nodiscard]] Routed dispatch(const HttpRequest& request) const;

 private:
  std::vector<Route> routes_;
};

inline constexpr std::string_view kUnmatchedRoute = "unmatched";

}  // namespace service
