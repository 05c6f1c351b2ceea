#pragma once
/// Records the responses that tests receive, so that they can be checked against the API
/// description.

#include <string_view>

namespace test_support {

/// Appends one line to this process's file in the folder that the environment variable
/// RECORD_EXCHANGES names. The line holds the method, the target and the response's bytes; the last
/// two are in hexadecimal. Does nothing if the variable is not set. Thread-safe.
void record_exchange(std::string_view method, std::string_view target, std::string_view answer);

}  // namespace test_support
