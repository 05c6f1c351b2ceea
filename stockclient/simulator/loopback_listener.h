#pragma once
/// A listening socket that only this machine can reach.

#include <cstdint>

#include "stockclient/simulator/file_descriptor.h"

namespace stockclient::simulator {

/// Non-blocking, at 127.0.0.1:`port`; 0 picks a free one. Throws `std::runtime_error` when it
/// cannot.
[[nodiscard]] FileDescriptor listen_on(std::uint16_t port);
[[nodiscard]] std::uint16_t port_of(int fd);

}  // namespace stockclient::simulator
