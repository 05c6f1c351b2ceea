#pragma once
/// The one result type of this library: `tl::expected`, always, so that C++20 and C++23 users link
/// the same type.

#include <tl/expected.hpp>

namespace circuitbreaker {

template <class T, class E>
using expected = tl::expected<T, E>;

template <class E>
using unexpected = tl::unexpected<E>;

}  // namespace circuitbreaker
