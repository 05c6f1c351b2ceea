#include "service/http/http_message.h"

#include <algorithm>

#include "stockclient/domain/ascii.h"

namespace service {

std::string_view HttpRequest::header(std::string_view name) const noexcept {
  auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
    return stockclient::equal_ignoring_case(header.first, name);
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string HttpRequest::header_list(std::string_view name) const {
  std::string list;
  for (const auto& [key, value] : headers)
    if (stockclient::equal_ignoring_case(key, name)) list += (list.empty() ? "" : ", ") + value;
  return list;
}

}  // namespace service
