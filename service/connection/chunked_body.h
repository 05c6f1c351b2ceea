#pragma once
/// Finds the end of a chunked body (RFC 9112 section 7.1) without decoding it.

#include <string_view>

#include "service/connection/request_scanner.h"

namespace service {

/// Scans a chunked body from its first chunk-size line, from which `size` of the result counts too.
/// Rejects everything that the grammar does not allow (signs, prefixes, spaces, bare line feeds), a
/// decoded body over `max_body_bytes`, more framing than twice that, and trailers over the limits
/// of a head.
[[nodiscard]] Scan scan_chunked_body(std::string_view bytes, const ConnectionSettings& settings);

/// The most bytes that such a body can take on the wire before it is rejected.
[[nodiscard]] std::size_t max_chunked_bytes(const ConnectionSettings& settings) noexcept;

}  // namespace service
