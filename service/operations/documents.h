#pragma once
/// The two documents that are part of the program: /openapi.json and the index page.

#include <string_view>

#include "service/http/router.h"

namespace service {

/// service/handlers/openapi.json as it is.
extern const std::string_view kOpenApi;
/// service/handlers/index.html as it is.
extern const std::string_view kIndexPage;

/// `/openapi.json` and `/`.
void add_document_routes(Router& router);

}  // namespace service
