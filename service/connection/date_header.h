#pragma once
/// The value of the `Date` header.

#include <ctime>
#include <string>

namespace service {

/// Formats the current time at most once a second. Thread-safety: none; each event loop has its
/// own.
class DateHeader {
 public:
  /// The current time as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7), independent of
  /// the locale. The reference is valid until the next call. Cost: 5 ns for reading the clock,
  /// which is accurate to a few milliseconds.
  [[nodiscard]] const std::string& value();

 private:
  std::time_t second_ = 0;
  std::string text_;
};

}  // namespace service
