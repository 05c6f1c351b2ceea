#pragma once
/// Finds the end of a chunked body (RFC 9112 section 7.1) without keeping it.

#include <string_view>

#include "service/connection/request_scanner.h"

namespace service {

/// Scans `bytes` from its first chunk-size line. `size` of the result counts from there too.
/// Refuses what the grammar does not know (signs, prefixes, spaces, bare line feeds), a body over
/// `max_body_bytes`, framing that outweighs it, and trailers over the limits of a head.
[[nodiscard]] Scan scan_chunked_body(std::string_view bytes, const ConnectionSettings& settings);

/// The most bytes that such a body can take on the wire before it is rejected.
[[nodiscard]] std::size_t max_chunked_bytes(const ConnectionSettings& settings) noexcept;

}  // namespace service
