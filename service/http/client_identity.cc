#include "service/http/client_identity.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>

namespace service {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedIpv4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedIpv4Bits = 96;
constexpr unsigned kAddressBits = 128;
constexpr std::size_t kLongestQuoted = 80;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes the port that some proxies append, as in `192.0.2.1:4711` and `[2001:db8::1]:4711`.
std::string_view without_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return text;
  const bool bracketed = text.starts_with('[') && text[colon - 1] == ']';
  const bool ipv4 = text.find(':') == colon && text.find('.') != std::string_view::npos;
  return bracketed || ipv4 ? text.substr(0, colon) : text;
}

bool share_prefix(const IpAddress& one, const IpAddress& other, unsigned bits) {
  const auto& a = one.bytes();
  const auto& b = other.bytes();
  const std::size_t whole_bytes = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole_bytes), b.begin())) {
    return false;
  }
  const unsigned rest = bits % 8;
  return rest == 0 || (a[whole_bytes] ^ b[whole_bytes]) >> (8 - rest) == 0;
}

bool has_bits_beyond(const IpAddress& address, unsigned prefix_bits) {
  for (unsigned bit = prefix_bits; bit < kAddressBits; ++bit) {
    if ((address.bytes()[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
  }
  // inet_pton reads a terminated string, and the longest address has 45 characters.
  char terminated[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof terminated) return std::nullopt;
  *std::copy(text.begin(), text.end(), terminated) = '\0';
  IpAddress address;
  if (inet_pton(AF_INET6, terminated, address.bytes_.data()) == 1) return address;
  std::copy(kMappedIpv4Prefix.begin(), kMappedIpv4Prefix.end(), address.bytes_.begin());
  if (inet_pton(AF_INET, terminated, &address.bytes_[kMappedIpv4Prefix.size()]) == 1) {
    return address;
  }
  return std::nullopt;
}

bool IpAddress::is_ipv4() const noexcept {
  return std::equal(kMappedIpv4Prefix.begin(), kMappedIpv4Prefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_ipv4()) {
    inet_ntop(AF_INET, &bytes_[kMappedIpv4Prefix.size()], text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

circuitbreaker::expected<NetworkList, std::string> NetworkList::parse(std::string_view text) {
  NetworkList list;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view item = trimmed(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);

    const auto slash = item.find('/');
    const auto address = IpAddress::parse(item.substr(0, slash));
    const auto refuse = [&](std::string_view reason) {
      return circuitbreaker::unexpected<std::string>(
          "'" + std::string(item.substr(0, kLongestQuoted)) + "' " + std::string(reason) +
          "; allowed are addresses and networks such as 10.0.0.0/8, ::1");
    };
    if (!address) return refuse("is not an IP address or a network");
    // `::ffff:10.0.0.0/104` counts its prefix in 128 bits, `10.0.0.0/8` in 32.
    const bool dotted = item.find(':') == std::string_view::npos;
    const unsigned offset = dotted ? kMappedIpv4Bits : 0;
    unsigned bits = kAddressBits - offset;
    if (slash != std::string_view::npos) {
      const std::string_view length = item.substr(slash + 1);
      const char* const end = length.data() + length.size();
      const auto [stop, error] = std::from_chars(length.data(), end, bits);
      if (error != std::errc() || stop != end || bits > kAddressBits - offset) {
        return refuse("has no prefix length from 0 to " + std::to_string(kAddressBits - offset));
      }
    }
    if (has_bits_beyond(*address, bits + offset)) {
      return refuse("has address bits set beyond its prefix length");
    }
    list.networks_.push_back({*address, bits + offset});
  }
  return list;
}

std::string NetworkList::text() const {
  std::string list;
  for (const Network& network : networks_) {
    if (!list.empty()) list += ", ";
    list += network.address.text();
    if (network.prefix_bits == kAddressBits) continue;
    list += '/' +
            std::to_string(network.prefix_bits - (network.address.is_ipv4() ? kMappedIpv4Bits : 0));
  }
  return list;
}

bool NetworkList::contains(const IpAddress& address) const noexcept {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return share_prefix(network.address, address, network.prefix_bits);
  });
}

std::string client_identity(const std::string& peer, std::string_view forwarded_for,
                            const NetworkList& trusted_proxies) {
  if (trusted_proxies.empty()) return peer;
  auto client = IpAddress::parse(peer);
  if (!client) return peer;
  while (trusted_proxies.contains(*client) && !trimmed(forwarded_for).empty()) {
    const auto comma = forwarded_for.rfind(',');
    const bool last = comma == std::string_view::npos;
    const std::string_view entry = trimmed(forwarded_for.substr(last ? 0 : comma + 1));
    const auto address = IpAddress::parse(without_port(entry));
    if (!address) break;
    client = address;
    forwarded_for = last ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client->text();
}

}  // namespace service
