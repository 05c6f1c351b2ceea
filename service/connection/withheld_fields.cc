#include "service/connection/withheld_fields.h"

#include <algorithm>
#include <array>

#include "stockclient/domain/ascii.h"

namespace service {
namespace {

constexpr std::array<std::string_view, 3> kWithheld{
    // Range: 8 KiB of overlapping ranges turn a body of 31 bytes into 230 kB. No route serves
    // ranges, and ignoring the field is always allowed (RFC 9110 section 14.2).
    "Range",
    // Accept-Encoding: the library would compress the JSON again for each answer, which takes up to
    // 1 ms and saves some 35 bytes.
    "Accept-Encoding",
    // Expect: the library would write `100 Continue` in front of the answer, although the
    // connection
    // has already sent it if it was needed.
    "Expect",
};

}  // namespace

bool is_withheld(std::string_view name) noexcept {
  return std::any_of(kWithheld.begin(), kWithheld.end(), [name](std::string_view withheld) {
    return stockclient::equal_ignoring_case(name, withheld);
  });
}

}  // namespace service
