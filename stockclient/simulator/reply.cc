#include "stockclient/simulator/reply.h"

#include <string_view>

namespace stockclient::simulator {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Simulated";
  }
}

}  // namespace

std::string serialize(const Reply& reply, bool keep_alive, bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + ' ';
  text.append(reason_phrase(reply.status))
      .append("\r\nContent-Type: ")
      .append(reply.content_type)
      .append("\r\nContent-Length: ")
      .append(std::to_string(reply.body.size()))
      .append(keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
  if (with_body) {
    const bool cut = reply.delivery == Delivery::truncated;
    text.append(reply.body, 0, cut ? reply.body.size() / 2 : reply.body.size());
  }
  return text;
}

}  // namespace stockclient::simulator
