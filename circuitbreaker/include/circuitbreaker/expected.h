#pragma once
/// The result type of this library: always `tl::expected`, never `std::expected`, so that C++20 and
/// C++23 programs link against the same type.

#include <tl/expected.hpp>

namespace circuitbreaker {

/// A value of type `T` or an error of type `E`.
template <class T, class E>
using expected = tl::expected<T, E>;

/// Wraps an error that is to be converted to an `expected`.
template <class E>
using unexpected = tl::unexpected<E>;

}  // namespace circuitbreaker
