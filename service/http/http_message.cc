#include "service/http/http_message.h"

#include <algorithm>
#include <future>
#include <strings.h>

namespace service {

std::string_view HttpRequest::header(std::string_view name) const noexcept {
  auto same_name = [name](const auto& header) {
    return header.first.size() == name.size() &&
           strncasecmp(header.first.data(), name.data(), name.size()) == 0;
  };
  auto found = std::find_if(headers.begin(), headers.end(), same_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

HttpResponse await(HandlerResult result) {
  if (auto* response = std::get_if<HttpResponse>(&result)) return std::move(*response);
  auto& pending = *std::get<std::unique_ptr<PendingResponse>>(result);
  auto ready = std::make_shared<std::promise<void>>();
  pending.when_ready([ready] { ready->set_value(); });
  ready->get_future().wait();
  return pending.take();
}

}  // namespace service
