#pragma once
/// Decides which client a request belongs to, when it may have come through proxies.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/expected.h"

namespace service {

/// An IPv4 or IPv6 address in one canonical form: an IPv4 address equals the IPv6 address that maps
/// it (RFC 4291, section 2.5.5.2). Safe to share across threads once constructed.
class IpAddress {
 public:
  /// Reads `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`, without a port. Empty for anything else,
  /// host names and scoped addresses (`fe80::1%eth0`) included.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  /// The canonical text: dotted decimal for IPv4, RFC 5952 for IPv6.
  [[nodiscard]] std::string text() const;
  /// Whether this is an IPv4 address, however it was written.
  [[nodiscard]] bool is_ipv4() const noexcept;
  /// The address in network byte order, an IPv4 address as the IPv6 address that maps it.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// A list of networks in CIDR notation (RFC 4632). Immutable after `parse`, so safe to share across
/// threads.
class NetworkList {
 public:
  /// An empty list, which contains no address.
  NetworkList() = default;

  /// Reads a comma-separated list of addresses and networks, such as `127.0.0.1, 10.0.0.0/8, ::1`.
  /// Blanks around an item are ignored; an empty text is an empty list. The error names the first
  /// invalid item. A network whose address has bits set beyond its prefix is invalid.
  [[nodiscard]] static circuitbreaker::expected<NetworkList, std::string> parse(
      std::string_view text);

  /// The list in canonical form, which `parse` reads back as the same list.
  [[nodiscard]] std::string text() const;
  /// Whether `address` belongs to one of the networks.
  [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
  /// Whether the list contains no address.
  [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

 private:
  struct Network {
    IpAddress address;
    /// Leading bits of the 128-bit form that an address must share with `address`.
    unsigned prefix_bits;
  };
  std::vector<Network> networks_;
};

/// The identity of a request's client: the address by which the service counts a client's share of
/// the day's quota and its use of the rate limits.
///
/// `peer` is the address of the TCP connection. If it belongs to `trusted_proxies`, the request
/// carries the client's address in `forwarded_for`, the values of its X-Forwarded-For fields joined
/// by commas. Each proxy appends the address it was called from, so the list is read from its end
/// and the first address that is not a trusted proxy is the client. Everything further left was
/// sent by that client and proves nothing. An entry that is not an address ends the search at the
/// proxy that appended it, and if all entries are trusted proxies the leftmost one is the client.
///
/// While `trusted_proxies` is empty, the only cost is the copy of `peer`.
[[nodiscard]] std::string client_identity(const std::string& peer, std::string_view forwarded_for,
                                          const NetworkList& trusted_proxies);

}  // namespace service
