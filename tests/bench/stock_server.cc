/// Plain cpp-httplib with its most generous settings: a thread for each of 64 connections and no
/// Nagle delay. Answers every request with the header fields and the body of a file.
/// Usage: bench-stock-server FILE

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <httplib.h>

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "", std::ios::binary);
  const std::string answer((std::istreambuf_iterator<char>(file)), {});
  const auto head_end = answer.find("\r\n\r\n");
  if (head_end == std::string::npos) return 1;
  httplib::Headers fields;
  std::string type;
  for (auto at = answer.find("\r\n") + 2; at < head_end;) {
    const auto end = answer.find("\r\n", at);
    const auto colon = answer.find(": ", at);
    const auto name = answer.substr(at, colon - at);
    const auto value = answer.substr(colon + 2, end - colon - 2);
    if (name == "Content-Type") type = value;
    if (name != "Content-Type" && name != "Content-Length") fields.emplace(name, value);
    at = end + 2;
  }
  const auto body = answer.substr(head_end + 4);

  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(72); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  server.set_keep_alive_timeout(3600);
  server.Get(R"(/stocks/([^/]+))", [&](const httplib::Request&, httplib::Response& response) {
    for (const auto& [name, value] : fields) response.set_header(name, value);
    response.set_content(body, type);
  });
  std::cout << "listening on 127.0.0.1:" << server.bind_to_any_port("127.0.0.1") << std::endl;
  return server.listen_after_bind() ? 0 : 1;
}
