#include "service/connection/acceptor.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <limits>
#include <linux/filter.h>
#include <memory>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace service {
namespace {

std::runtime_error failure(const ConnectionSettings& settings, const std::string& reason) {
  return std::runtime_error("cannot listen on " + settings.host + " port " +
                            std::to_string(settings.port) + ": " + reason);
}

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList resolve(const ConnectionSettings& settings) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto port = std::to_string(settings.port);
  const int error = getaddrinfo(settings.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) throw failure(settings, gai_strerror(error));
  return {found, freeaddrinfo};
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::string text_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
          : &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  inet_ntop(address.ss_family, bytes, text.data(), text.size());
  return text.data();
}

/// SO_REUSEPORT, which cpp-httplib sets, is deliberately not set: a second server on the same port
/// would silently take half of the connections. Accepted sockets inherit TCP_NODELAY, because an
/// answer is a single write and must not wait for acknowledgements.
void set_options(int file) {
  const int on = 1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

std::size_t raise_open_file_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::size_t>::max()
                                         : static_cast<std::size_t>(limit.rlim_cur);
}

Acceptor::Acceptor(const ConnectionSettings& settings) {
  const auto addresses = resolve(settings);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* info = addresses.get(); info != nullptr && file_ < 0; info = info->ai_next) {
    const int file = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (file < 0) {
      error = errno;
      continue;
    }
    set_options(file);
    if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, settings.backlog) == 0) {
      file_ = file;
    } else {
      error = errno;
      ::close(file);
    }
  }
  if (file_ < 0) throw failure(settings, reason_of(error));
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(file_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = port_of(address);
}

Acceptor::~Acceptor() {
  if (file_ >= 0) ::close(file_);
}

bool Acceptor::accept(std::size_t limit, const OnAccept& on_accept) {
  for (std::size_t count = 0; count < limit;) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int file =
        accept4(file_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (file >= 0) {
      on_accept(file, text_of(address));
      ++count;
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return false;
    }
    // Any other error concerns one connection that failed before it was accepted.
  }
  return true;
}

void Acceptor::stop_handshakes() noexcept {
  // A filter attached to a listening socket sees TCP segments. Byte 13 holds the flags: a segment
  // with SYN but without ACK opens a connection and is dropped; everything else passes.
  constexpr std::uint8_t syn = 0x02;
  constexpr std::uint8_t syn_ack = 0x12;
  std::array<sock_filter, 5> program{{
      {BPF_LD | BPF_B | BPF_ABS, 0, 0, 13},
      {BPF_ALU | BPF_AND | BPF_K, 0, 0, syn_ack},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, syn},
      {BPF_RET | BPF_K, 0, 0, 0},
      {BPF_RET | BPF_K, 0, 0, std::numeric_limits<std::uint32_t>::max()},
  }};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  setsockopt(file_, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

void Acceptor::close(const OnAccept& on_accept) {
  accept(std::numeric_limits<std::size_t>::max(), on_accept);
  ::close(file_);
  file_ = -1;
}

}  // namespace service
