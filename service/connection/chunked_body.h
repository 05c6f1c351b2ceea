#pragma once
/// Finds the end of a chunked body (RFC 9112 section 7.1) without decoding it.

#include <string_view>

#include "service/connection/request_scanner.h"

namespace service {

/// Scans a chunked body. `size` in the result counts from the start of the first chunk-size line.
/// Rejects everything that the grammar does not allow (signs, prefixes, spaces, bare line feeds), a
/// decoded body over `max_body_bytes`, data and framing that together take more than about twice
/// `max_body_bytes`, and trailers that exceed the limits of a head.
[[nodiscard]] Scan scan_chunked_body(std::string_view bytes, const ConnectionSettings& settings);

/// The most bytes that a chunked body can occupy on the wire before it is rejected.
[[nodiscard]] std::size_t max_chunked_bytes(const ConnectionSettings& settings) noexcept;

}  // namespace service
