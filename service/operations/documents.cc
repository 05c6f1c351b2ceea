#include "service/operations/documents.h"

#include "service/quotes/data_response.h"
#include "service/quotes/representation.h"

namespace service {
namespace {

RouteHandler document(std::string_view text, const char* content_type, const Headers& headers) {
  auto body = std::make_shared<const std::string>(text);
  Headers all{{"ETag", entity_tag(text)}, {"Cache-Control", "no-cache"}};
  all.insert(all.end(), headers.begin(), headers.end());
  auto prepared = std::make_shared<const Headers>(std::move(all));
  return [=](const HttpRequest& request, const std::string&) -> HandlerResult {
    HttpResponse response;
    response.prepared_headers = prepared;
    response.content_type = content_type;
    if (matches_entity_tag(request.header_list("If-None-Match"), prepared->front().second))
      response.status = 304;
    else
      response.body = body;
    return response;
  };
}

}  // namespace

void add_document_routes(Router& router) {
  router.add({"GET", "/openapi.json", {200, 304, 500}, document(kOpenApi, "application/json", {})});
  // The page loads nothing and runs no script; the policy enforces this even if a script is ever
  // injected.
  const Headers page{{"Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                      "base-uri 'none'; frame-ancestors 'none'"},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Referrer-Policy", "no-referrer"}};
  router.add({"GET", "/", {200, 304, 500}, document(kIndexPage, "text/html; charset=utf-8", page)});
}

}  // namespace service
