#include "tests/support/http_client.h"

#include "tests/support/exchange_recorder.h"

namespace test_support {

HttpCall::HttpCall(std::uint16_t port, std::string_view method, std::string_view target,
                   std::string_view body, const Headers& headers)
    : connection_(port), method_(method), target_(target), started_(Clock::now()) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  text.append("Connection: close\r\n");
  for (const auto& [name, value] : headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty()) text.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
  text.append("\r\n").append(body);
  connection_.send(text);
}

HttpResponse HttpCall::response(std::chrono::milliseconds patience) {
  const bool head_only = method_ == "HEAD";
  const auto bytes = connection_.response_bytes(head_only, patience);
  auto response = parse_response(bytes, head_only).value();
  response.took = Clock::now() - started_;
  record_exchange(method_, target_, bytes);
  return response;
}

HttpResponse http_get(std::uint16_t port, std::string_view target) {
  return HttpCall(port, "GET", target).response();
}

HttpResponse http_request(std::uint16_t port, std::string_view method, std::string_view target,
                          std::string_view body) {
  return HttpCall(port, method, target, body).response();
}

std::string exchange_raw(std::uint16_t port, std::string_view bytes,
                         std::chrono::milliseconds patience) {
  RawConnection connection(port);
  connection.send(bytes);
  return connection.rest(patience);
}

}  // namespace test_support
