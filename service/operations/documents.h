#pragma once
/// The documents compiled into the program: the OpenAPI description and the index page.

#include <string_view>

#include "service/http/router.h"

namespace service {

/// The content of service/operations/openapi.json.
extern const std::string_view kOpenApi;
/// The content of service/operations/index.html.
extern const std::string_view kIndexPage;

/// Adds the routes `/openapi.json` and `/`.
void add_document_routes(Router& router);

}  // namespace service
